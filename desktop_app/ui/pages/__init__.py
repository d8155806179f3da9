"""The pages of the window, in the order of the side bar (Ctrl+1 … Ctrl+9)."""

from desktop_app.ui.page import Page
from desktop_app.ui.pages.customer_card import CustomerCardPage
from desktop_app.ui.pages.customers import CustomersPage
from desktop_app.ui.pages.data import DataPage
from desktop_app.ui.pages.settings import SettingsPage
from desktop_app.ui.pages.signals import SignalsPage

PAGES: tuple[type[Page], ...] = (
    CustomersPage,
    SignalsPage,
    DataPage,
    SettingsPage,
    CustomerCardPage,
)
"""All pages; those in the side bar first, detail pages after them."""
