"""The pages as a buyer sees them: what end-to-end tests do and read, without a selector in any of
them.

Each method waits for what it needs, with Playwright's own deadlines. What may go either way (a seat
that somebody else may win) is asked for with `click`, and the test reads what came of it.
"""

from tests.e2e.checkout import ANA, Buyer
from tests.e2e.order_page import OrderPage
from tests.e2e.programme_page import ProgrammePage
from tests.e2e.session_page import SessionPage

__all__ = ["ANA", "Buyer", "OrderPage", "ProgrammePage", "SessionPage"]
