"""Every id of the ritual, once."""

FORM = "wins.form"
WITHDRAWAL = "wins.withdrawal"

TELL = "wins.tell"
THANK = "wins.thank"
CHANGE = "wins.change"
NEXT_PAGE = "wins.next_page"
