"""Every id of the ritual, once."""

FORM = "wins.form"
WITHDRAWAL = "wins.withdrawal"
PAGE = "wins.page"

TELL = "wins.tell"
RESUME = "wins.resume_draft"
DISCARD = "wins.discard_draft"
THANK = "wins.thank"
OPEN = "wins.open"
CHANGE = "wins.change"
WITHDRAW = "wins.withdraw"
NEXT_PAGE = "wins.next_page"
SHOWN_ONLY = (PAGE,)
