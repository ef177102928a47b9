# syntax=docker/dockerfile:1

# Both stages on the same image, since the virtual environment points at its Python. Renew tag and digest together.
FROM python:3.13.16-slim-trixie@sha256:bf44cdfcb76cd3b41e879bc058fc37ec5872002ccfde7fcb765e218cde0cd79c AS build

RUN pip install --no-cache-dir uv==0.13.9
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /app

# The dependencies alone first: they change less often than the code.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-install-project

COPY manifest.yml ./
COPY migrations ./migrations
COPY bot ./bot
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-editable


FROM python:3.13.16-slim-trixie@sha256:bf44cdfcb76cd3b41e879bc058fc37ec5872002ccfde7fcb765e218cde0cd79c

LABEL org.opencontainers.image.title="Common Ground" \
      org.opencontainers.image.description="The rituals of product managers and engineers, in Slack" \
      org.opencontainers.image.licenses="MIT"

# A number above what hosts give to people, so that nobody outside is meant by it.
RUN groupadd --gid 10001 bot \
    && useradd --uid 10001 --gid bot --no-create-home --home-dir /data --shell /usr/sbin/nologin bot \
    && install --directory --owner=bot --group=bot --mode=0700 /data
COPY --from=build /app/.venv /app/.venv

ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATABASE_URL=sqlite:////data/common-ground.sqlite \
    LOG_FORMAT=json
USER 10001:10001
WORKDIR /data
# The only places that are written: /data (with SQLite: the database and its keys) and /tmp.
VOLUME ["/data"]
EXPOSE 3000 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('OPS_PORT', '9090')}/readyz\", timeout=5)"]

ENTRYPOINT ["common-ground"]
CMD ["run"]
