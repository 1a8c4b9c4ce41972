"""Messages that several places give, those of forms above all, in one place and every language.

WTForms' own messages are never shown: it has none for Vietnamese, and ours say what to do.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

NOT_A_CHOICE = _l("This is not one of the answers. Choose one from the list.")
TOO_LONG = _l("This is too long. Use %(max)d characters at most.")
EMAIL_WRONG = _l("Enter an email address like name@example.com, or leave the field empty.")
EMAIL_NEEDED = _l("Enter an email address like name@example.com.")
NO_CONTROL_CHARACTERS = _l("The text holds characters that cannot be stored. Please type it again.")
CODE_WRONG = _l("We do not know this code. Check each group of five, as it stands on your receipt.")
RATING_NEEDED = _l("Choose how good or bad this service is for you.")
FORM_TOO_OLD = _l("This form was open for too long. Check it and send it once more.")
DATE_WRONG = _l("Enter a date as year-month-day, for example 2027-03-31.")
NUMBER_BETWEEN = _l("Enter a whole number from %(low)d to %(high)d.")
FORM_NUMBER_WRONG = _l("There is no form with this number. It stands at the top of the form.")
OVERTAKEN = _l("This answer was corrected. The correction is not translated yet.")
