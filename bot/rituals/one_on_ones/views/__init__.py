"""The 1:1 on each surface: forms, what each is told alone, the agenda in their group DM, the page, App Home."""
