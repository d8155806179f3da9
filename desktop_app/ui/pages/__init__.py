"""The pages of the window, in the order of the side bar (Ctrl+1 … Ctrl+9)."""

from desktop_app.ui.page import Page
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.pages.cases import CasesPage
from desktop_app.ui.pages.customer_card import CustomerCardPage
from desktop_app.ui.pages.customers import CustomersPage
from desktop_app.ui.pages.data import DataPage
from desktop_app.ui.pages.interview import InterviewPage
from desktop_app.ui.pages.interviews import InterviewsPage
from desktop_app.ui.pages.reports import ReportsPage
from desktop_app.ui.pages.settings import SettingsPage
from desktop_app.ui.pages.signals import SignalsPage
from desktop_app.ui.pages.today import TodayPage
from desktop_app.ui.pages.visits import VisitsPage

PAGES: tuple[type[Page], ...] = (
    TodayPage,
    CustomersPage,
    SignalsPage,
    CasesPage,
    InterviewsPage,
    VisitsPage,
    ReportsPage,
    DataPage,
    SettingsPage,
    CustomerCardPage,
    CaseFilePage,
    InterviewPage,
)
"""All pages; those in the side bar first, detail pages after them."""
