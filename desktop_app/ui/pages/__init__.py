"""The list of pages, in the order of the side bar (its digit and Ctrl where it has one).

A page's own module is imported at its first visit: together they take longer to import than the
window takes to paint.
"""

import importlib
from typing import Final

from db.vocabulary import Role
from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import N_
from desktop_app.ui.page import Page, PageSpec

_KEEPERS: Final = frozenset(
    role
    for role in Role
    if any(allowed(role, one) for one in (Action.IMPORT, Action.BACKUP, Action.VIEW_JOURNAL))
)
_WORKERS: Final = frozenset(role for role in Role if allowed(role, Action.WORK_CASE))

_REPORTERS: Final = frozenset(role for role in Role if allowed(role, Action.REPORT))
_DECIDERS: Final = frozenset(role for role in Role if allowed(role, Action.APPROVE_OFFER))
_OFFER_KEEPERS: Final = frozenset(role for role in Role if allowed(role, Action.EDIT_OFFERS))
_HANDERS: Final = frozenset(role for role in Role if allowed(role, Action.HAND_OVER))
_REVIEWERS: Final = frozenset(role for role in Role if allowed(role, Action.REVIEW_INTERVIEW))

PAGES: Final[tuple[PageSpec, ...]] = (
    PageSpec(
        "today",
        N_("Today"),
        icon="today",
        key="Ctrl+1",
        help=N_(
            "What is due now and today, in the order of work: who asks to cancel comes first, "
            "then calls that were promised, then the value at stake times the urgency. The "
            "column “Why here” says it for each line, the pane at the right in full, with "
            "whether the customer may be contacted now.\n\n"
            "The numbers above the list filter it; press one again to see everything. Waiting "
            "are cases whose customer may not be contacted yet, with the first moment. Below "
            "stand your own cases, the team's and the pool; at the right what goes back into "
            "the pool soon, what the screening holds back, and what is due later.\n\n"
            "Enter opens the case; Ctrl+Up and Ctrl+Down in the case go through this list. "
            "Ctrl+L logs a contact without opening, F9 times the call, Ctrl+Shift+Enter saves "
            "and goes to the next. Ctrl+T claims a case, Ctrl+B promises a callback, Ctrl+Alt+B "
            "gives a case back to the pool, Ctrl+Shift+A spreads the chosen cases over people. "
            "Ctrl+Enter says that a visit was made."
        ),
        place="desktop_app.ui.pages.today:TodayPage",
    ),
    PageSpec(
        "customers",
        N_("Customers"),
        icon="customers",
        key="Ctrl+2",
        help=N_(
            "Everybody you sell to, the highest spend first.\n\n"
            "Search by name, pinyin, initials, the last digits of the phone, card or customer "
            "number. The arrows walk through the list, the card beside it follows; Enter opens "
            "the card over the whole page.\n\n"
            "Class A is the top 5 % by spend in the window of the settings, B the next 15 %, C "
            "all others.\n\n"
            "Phones are shown with a hidden middle. Showing or copying a number is written down "
            "in the journal."
        ),
        place="desktop_app.ui.pages.customers:CustomersPage",
    ),
    PageSpec(
        "signals",
        N_("Signals"),
        icon="signals",
        key="Ctrl+3",
        help=N_(
            "What the rules found: customers who stopped buying, moved business away, dropped a "
            "product line or fell to a lower value, the highest spend first.\n\n"
            "Look for departing customers runs the rules over everybody. It can be run as often "
            "as you like: what is known is not reported twice.\n\n"
            "Accept opens a case, or joins the open case of the same kind. Dismiss needs a "
            "reason and is quiet until the customer buys again. Snooze brings the signal back "
            "on a day.\n\n"
            "Select many with Shift or Ctrl, all with Ctrl+Shift+L: an action on all of a long "
            "list works on the whole filter."
        ),
        place="desktop_app.ui.pages.signals:SignalsPage",
    ),
    PageSpec(
        "cases",
        N_("Cases"),
        icon="cases",
        key="Ctrl+4",
        help=N_(
            "Every departure that is or was worked on.\n\n"
            "Choose a view or filter; the buttons with numbers show how many cases stand in each "
            "stage, press any of them. Enter opens a case; there Ctrl+Down goes on to the next of "
            "this list. Choose several with Shift or Ctrl and assign them with Ctrl+Shift+A: those "
            "held back by the screening are named.\n\n"
            "Ctrl+Shift+B saves the filter as a view, for yourself or for everybody. Ctrl+Shift+E "
            "exports what you see. Columns are chosen with a right click on their titles."
        ),
        place="desktop_app.ui.pages.cases:CasesPage",
    ),
    PageSpec(
        "interviews",
        N_("Interviews"),
        icon="interviews",
        key="Ctrl+5",
        help=N_(
            "Exit interviews: concrete questions to customers who are leaving or have left, also "
            "to those who are lost. Learning why matters more than saving.\n\n"
            "Enter opens an interview; one that was begun goes on where it stopped. Begin a new "
            "one from the case or from Today with Ctrl+I."
        ),
        place="desktop_app.ui.pages.interviews:InterviewsPage",
    ),
    PageSpec(
        "scripts",
        N_("Scripts"),
        icon="scripts",
        key="Ctrl+Alt+S",
        help=N_(
            "What is said in a call, step by step. The best script for a case opens beside it by "
            "itself.\n\n"
            "Enter opens a script in the editor; editing begins a draft, publishing makes it the "
            "version that new calls follow. A published version never changes.\n\n"
            "The save rate is that of the version in use: saved cases of all closed cases whose "
            "call followed it. Below 30 calls it is not shown. A difference between two scripts is "
            "proven by splitting customers by chance, on the page Experiments.\n\n"
            "Below are the versions: Ctrl+Shift+V compares the chosen one with the one before, or "
            "two that are chosen with each other."
        ),
        place="desktop_app.ui.pages.scripts:ScriptsPage",
    ),
    PageSpec(
        "visits",
        N_("Visits"),
        icon="visits",
        key="Ctrl+6",
        help=N_(
            "Visits to customers and calls of the cadence, planned and made.\n\n"
            "Enter opens the case of a visit, or the customer where there is none. Ctrl+Enter says "
            "that a visit was made and asks what came of it: whom you met, the questions for this "
            "customer, a gift, photos; F2 corrects it later. Ctrl+Shift+V plans a new one. A visit "
            "planned from a case is the case's next step.\n\n"
            "Ctrl+Alt+I notes an informal contact: it counts for coverage, never as pressure. "
            "Provisional visits move when the holidays of their year are published. Only active "
            "customers are asked how satisfied they are.\n\n"
            "Ctrl+Alt+Q writes the day pack of a person: the visits of a day in the order of the "
            "route, with what is known and blank forms, as PDF and Excel."
        ),
        place="desktop_app.ui.pages.visits:VisitsPage",
    ),
    PageSpec(
        "calendar",
        N_("Calendar"),
        icon="calendar",
        key="Ctrl+Alt+G",
        help=N_(
            "What stands on which day: visits and calls, callbacks, promises, renewals, tasks and "
            "absences, as day, week, month, or with the people below each other.\n\n"
            "The arrows walk over days and items, Page Up and Page Down turn to the span before "
            "and after, T is today. D, W, M and P show day, week, month and people. Enter opens "
            "the case or the customer; on a day it shows that day alone. N plans a visit.\n\n"
            "Drag an item to another day, time or person, or hold Shift and use the arrows; "
            "Ctrl+M asks for day, time and person. What was moved by hand stays there when the "
            "plan is made anew. Undo takes it back.\n\n"
            "▲ marks what does not go together: the same time, a day off, an absence, or more "
            "visits or calls than the day holds; the list at the right goes there. A dashed frame "
            "is provisional: the holidays of that year are not published yet.\n\n"
            "Export the calendar writes a file for other calendar programs. A file that is kept "
            "up to date is written anew after each change; let your other calendar subscribe to "
            "it. It holds your own contacts, phones masked. Ctrl+Alt+Q writes the day pack: what "
            "a person takes along on a day."
        ),
        place="desktop_app.ui.pages.calendar:CalendarPage",
    ),
    PageSpec(
        "promises",
        N_("Promises"),
        icon="promise",
        key="Ctrl+Alt+P",
        help=N_(
            "What customers were promised and what went wrong; the earliest due stands first.\n\n"
            "F3 writes a promise down, also in a case during a call. Ctrl+Enter answers the chosen "
            "one: kept, or cannot be met. “Cannot be met”, said in time, counts as dealt with; "
            "silence does not. Ctrl+J counts that the customer asked again: twice is a sign that "
            "they may leave. Ctrl+Shift+A hands it to the back office.\n\n"
            "A complaint has four steps: listen, write the demands down, check, answer. A service "
            "recovery has four, too: apologise, take the customer's side, solve it, compensate. "
            "Ctrl+Enter does the next one; each has its time limit.\n\n"
            "Look back lists lost cases, saves that did not hold and those of class A: what is "
            "learnt, and what a manager decides to change.\n\n"
            "The number beside the page's name is what is overdue or due today for you."
        ),
        place="desktop_app.ui.pages.promises:PromisesPage",
    ),
    PageSpec(
        "duties",
        N_("Duties"),
        icon="check-circle",
        key="Ctrl+Alt+U",
        help=N_(
            "What you are to do beside the queue of cases: visits and calls of the plan, promises, "
            "complaints, what expires, tasks, customers handed to you. Each has one owner and "
            "stands in that one's list only; what is late comes first.\n\n"
            "Ctrl+Enter does it or takes the next step, Ctrl+D says that it is not done or "
            "declined, Ctrl+Shift+A gives it to somebody else, Enter opens the case or the "
            "customer. Ctrl+Alt+A makes a new task, Ctrl+Alt+E writes down what expires. A talk "
            "about an upgrade is passed on to a technician with Ctrl+J.\n\n"
            "Who leads people also sees what is overdue with them, what waits for a yes, and "
            "customers nobody looks after; the filter Whose shows the list of somebody else.\n\n"
            "At the right stands what your functions are there for. The settings say who is "
            "what.\n\n"
            "Tasks and Renewals show all that you may see, also what is done or decided; Ctrl+Tab "
            "turns to them. The same keys work there, and F2 changes what is still open."
        ),
        place="desktop_app.ui.pages.duties:DutiesPage",
    ),
    PageSpec(
        "cadence",
        N_("Cadence"),
        icon="clock",
        key="Ctrl+Alt+V",
        help=N_(
            "Which function contacts which class of customers how often, the plan that follows, "
            "and how well it is kept.\n\n"
            "Plan: choose the days. Every contact owed is planned, or stands in the lower list "
            "with the reason and what to do; a function with too few people is named. Ctrl+Enter "
            "saves the plan as visits, at most three months at once; what still fits stays as it "
            "is, and the whole is undone at once. Days of years whose holidays are not published "
            "are provisional; publish them in the settings and plan anew.\n\n"
            "Compliance: made in time, of all that was owed, by class, function and person. Class "
            "C stands there too: small customers are not to be forgotten.\n\n"
            "Exceptions: Ctrl+Alt+X lets a rule ask for less of one customer, with the reason; "
            "Ctrl+D ends it. Table: Enter changes a line, Ctrl+N adds one, Delete removes it."
        ),
        place="desktop_app.ui.pages.cadence:CadencePage",
    ),
    PageSpec(
        "charges",
        N_("In charge"),
        icon="charge",
        key="Ctrl+Alt+J",
        help=N_(
            "Who looks after whom. Nobody should be without somebody in charge, and nobody should "
            "hang on one person.\n\n"
            "Orphans are customers nobody looks after, with since when and why. Ctrl+Alt+H hands "
            "the chosen ones over, or all of them when none is chosen; Ctrl+Shift+A puts somebody "
            "in charge at once. Who may not hand over passes them on to a manager with "
            "Ctrl+J.\n\n"
            "Handovers: what was handed to you waits for an answer. Ctrl+Enter accepts the chosen "
            "lines, Ctrl+D declines them with a note; whoever handed them over finds somebody "
            "else then.\n\n"
            "Key persons: a customer hangs on one person when 80 % of the contacts are theirs, or "
            "fewer people are in contact than the class asks for. Ctrl+Shift+K sets a backup, the "
            "first cure. Rotation lists who has looked after a customer for too long; both come "
            "for a while.\n\n"
            "The figures on top are the share of customers with a backup, in all and by class. "
            "The numbers stand in the settings."
        ),
        place="desktop_app.ui.pages.charges:ChargesPage",
    ),
    PageSpec(
        "team",
        N_("Team"),
        icon="team",
        key="Ctrl+Alt+M",
        roles=_REPORTERS,
        help=N_(
            "Who keeps customers, whether that lasts, and what lies ahead. Each number says what "
            "it is made of, with its 95 % interval; grey means fewer than 30, too few to judge.\n\n"
            "Saves beside what was expected: the tick is what all together would have saved of the "
            "same cases, the band what chance explains. Only a dot outside of its band is a "
            "finding. Who gets the hard cases does not look worse for it.\n\n"
            "After a save: the share that is still there day by day, by approach. The sentence "
            "above says whether the difference is more than chance.\n\n"
            "Press a number, Enter on a row or a bar opens the cases behind it. Every chart can be "
            "copied as a picture or as a table; the team report goes to Excel and PDF."
        ),
        place="desktop_app.ui.pages.team:TeamPage",
    ),
    PageSpec(
        "insights",
        N_("Insights"),
        icon="insights",
        key="Ctrl+7",
        help=N_(
            "Why they are leaving. Learning that comes before saving: the first numbers say how "
            "many lost customers were asked, and in how many closed cases the root reason is "
            "known; the save rate comes after them. Each number says what it is made of, with its "
            "95 % interval. Press it for the months, people and stores behind it.\n\n"
            "Below are the root reasons, the most frequent first. Choose a bar with the arrows, "
            "Enter opens its cases; Enter again opens a case with the customer's own words."
        ),
        place="desktop_app.ui.pages.insights:InsightsPage",
    ),
    PageSpec(
        "reports",
        N_("Reports"),
        icon="reports",
        key="Ctrl+8",
        help=N_(
            "Reports as you read them here, as Excel with charts, and as PDF for paper.\n\n"
            "Choose a report and what it covers; Ctrl+Enter shows it. Enter on a bar, a row or a "
            "quotation opens the cases behind it. Every report says its filter, its definitions "
            "and how many cases it counts; numbers below ten are grey."
        ),
        place="desktop_app.ui.pages.reports:ReportsPage",
    ),
    PageSpec(
        "data",
        N_("Data"),
        icon="data",
        key="Ctrl+9",
        roles=_KEEPERS,
        help=N_(
            "Import reads customers and orders from CSV, Excel and OpenDocument files in four "
            "steps: file, columns, check, result. Nothing is written before you say so, and an "
            "import can be undone as a whole.\n\n"
            "Backups are verified copies of the workspace. One is made by itself while you work; "
            "restoring one puts the whole workspace back to that moment.\n\n"
            "The journal lists every change: who, when, what, from what to what. Undo works days "
            "later, too, and says first what stands in the way."
        ),
        place="desktop_app.ui.pages.data:DataPage",
    ),
    PageSpec(
        "settings",
        N_("Settings"),
        icon="settings",
        key="Ctrl+0",
        help=N_(
            "This computer: language, light or dark, size. They hold for you on this machine and "
            "show at once.\n\n"
            "Workspace: what everybody shares. Rules: how departures are found; each change is a "
            "new version, old signals keep theirs. People and stores: who signs in and what they "
            "may do.\n\n"
            "Reasons: the list everybody chooses from. A reason can be renamed, retired, split "
            "and merged; cases that have it keep their words."
        ),
        place="desktop_app.ui.pages.settings:SettingsPage",
    ),
    PageSpec(
        "customer-card",
        N_("Customer"),
        icon="user",
        in_sidebar=False,
        parent="customers",
        help=N_(
            "One customer: what they bought, whom to talk to, what was found and done.\n\n"
            "The figures are as of the newest order's day. Orders are purchases; returns lower "
            "the spend but are no orders. The usual interval is the mean of the days between "
            "purchase days.\n\n"
            "Open a case when you learn of a departure before a rule does; use Customer asks to "
            "cancel when they say so themselves."
        ),
        place="desktop_app.ui.pages.customer_card:CustomerCardPage",
    ),
    PageSpec(
        "exit-registration",
        N_("Exit at the counter"),
        icon="door",
        roles=_WORKERS,
        in_sidebar=False,
        parent="customers",
        help=N_(
            "Everything on one screen: find the customer by name, pinyin, initials, number or the "
            "last digits of the phone; a digit chooses the reason; then the customer's own words "
            "and what is owed, 0 for nothing. Ctrl+Enter registers and empties the form for the "
            "next customer.\n\n"
            "The registration stands in the customer's case. If there is no open case of a request "
            "to cancel, one is opened; the reason becomes its stated reason.\n\n"
            "The gift is for customers who owe nothing and say why they leave, once for each "
            "cancellation. The line below the arrears says whether, and why not. Whoever gets none "
            "is registered all the same."
        ),
        place="desktop_app.ui.pages.exit_registration:ExitRegistrationPage",
    ),
    PageSpec(
        "case-file",
        N_("Case"),
        icon="cases",
        in_sidebar=False,
        parent="cases",
        help=N_(
            "One departure: who is leaving, why, what was done and what comes next.\n\n"
            "F12 when the customer asks to cancel, Shift+F12 when another one rings: their case "
            "opens with the call under way. Ctrl+D dials; F4 shows the script and the facts beside "
            "it.\n\n"
            "Press F9 when you dial; press it again when you hang up. The strip at the bottom then "
            "asks for the result: one digit, a note, and the next step is filled in by rule. "
            "Ctrl+Enter saves, Ctrl+Shift+Enter saves and opens the next case of your list.\n\n"
            "Ctrl+I holds the exit interview, Ctrl+R sets the reasons, Ctrl+E moves the case, "
            "Ctrl+Shift+W closes it. Ctrl+Up and Ctrl+Down go through the list you came from; "
            "Alt+Left goes back.\n\n"
            "Ctrl+Alt+W goes to the six steps of winning back: digits choose a step, Ctrl+Enter "
            "saves it. What may not come yet is closed and says why.\n\n"
            "The days in each stage stand in the row of stages; those you can press are where the "
            "case may go now."
        ),
        place="desktop_app.ui.pages.case_file:CaseFilePage",
    ),
    PageSpec(
        "interview",
        N_("Exit interview"),
        icon="interviews",
        in_sidebar=False,
        parent="interviews",
        help=N_(
            "The exit interview: concrete questions, no scales, no suggestions. Ask, and write "
            "what the customer says in their own words.\n\n"
            "Enter or Tab goes on, Shift+Tab back. Digits choose. Ctrl+G goes to the list of "
            "questions to jump, Ctrl+M marks a question to come back to, F8 writes a note into the "
            "timeline, F9 times the call. At a why, Alt+1 to Alt+4 ask what fits the last reason. "
            "Ctrl+L asks in another language, Ctrl+O attaches a file, Ctrl+Shift+N adds one more "
            "to a list. While an input method composes, keys belong to it.\n\n"
            "Everything is saved as it is typed. What is not possible waits in the strip below; "
            "you can go on. Alt+A lets a warning stand. Ctrl+Enter finishes: the reasons, the "
            "why-chain, the competitor and the day of leaving are then copied to the case.\n\n"
            "Ctrl+Shift+P keys a paper form in: codes or numbers, Enter to the next line. A "
            "finished paper form can be keyed a second time by somebody else; the differences are "
            "then settled with 1, 2, or what the paper says."
        ),
        place="desktop_app.ui.pages.interview:InterviewPage",
    ),
    PageSpec(
        "questionnaires",
        N_("Questionnaires"),
        icon="list",
        in_sidebar=False,
        parent="interviews",
        help=N_(
            "What interviews ask. Exit interviews ask for events, dates, products, prices and "
            "names; scales belong into satisfaction surveys.\n\n"
            "Enter opens a questionnaire in the designer. A published version never changes: "
            "editing begins a draft, publishing makes it the version that new interviews get; "
            "answers so far stay in their columns.\n\n"
            "Import reads XLSForms (Excel, CSV, Markdown) as Kobo, ODK and spreadsheets write "
            "them; a mistake is told with sheet, row and column. Save as XLSForm writes one that "
            "opens in ODK."
        ),
        place="desktop_app.ui.pages.questionnaires:QuestionnairesPage",
    ),
    PageSpec(
        "designer",
        N_("Designer"),
        icon="edit",
        in_sidebar=False,
        parent="interviews",
        help=N_(
            "One questionnaire: left its questions, in the middle the fields of the chosen one, "
            "right how it is asked and what is wrong.\n\n"
            "Ctrl+N adds a question behind the chosen one, Ctrl+D copies it, Alt+Up and Alt+Down "
            "move it, Delete removes it, Ctrl+G puts the chosen ones into a group, Ctrl+L takes "
            "questions from the library. Ctrl+Z takes every step back, Ctrl+Y makes it again.\n\n"
            "Conditions and rules are put together from comparisons, or written as formulas. Try "
            "them in the preview: answer what the question depends on.\n\n"
            "Ctrl+S saves the draft, Ctrl+Enter publishes it. Locked questions keep code, type "
            "and choices, because reports rely on them; their words may be changed. A remark on "
            "the wording is followed, or overruled with a reason."
        ),
        place="desktop_app.ui.pages.designer:DesignerPage",
    ),
    PageSpec(
        "reviews",
        N_("Review interviews"),
        icon="check-circle",
        roles=_REVIEWERS,
        in_sidebar=False,
        parent="interviews",
        help=N_(
            "Finished interviews, those that wait first. A approves and goes on, I says what is "
            "wrong with the interview, C or Enter on an answer what is wrong with that answer. N "
            "and P go to the next and the previous interview, Enter in the list goes to the "
            "answers.\n\n"
            "An interview with issues is work of who held it: it stands on their page Today until "
            "it is corrected. Nobody approves an interview they held themselves while somebody "
            "else can.\n\n"
            "The radar marks what is worth a look: too fast, the same answers or words as "
            "elsewhere, no follow-up questions, reasons that drift from those of the others. It "
            "is a reason to look, not a verdict."
        ),
        place="desktop_app.ui.pages.reviews:ReviewsPage",
    ),
    PageSpec(
        "coding",
        N_("Code answers"),
        icon="tag",
        roles=_REVIEWERS,
        in_sidebar=False,
        parent="interviews",
        help=N_(
            "Answers in words, one at a time. 1 to 9 give a theme or take it away, Enter saves and "
            "goes on, Shift+Enter goes back, S skips. Type to find a theme by words, pinyin or "
            "initials, or to make a new one; with an input method press Ctrl+F first.\n\n"
            "Suggestions come from what was coded before. In the second coding you see answers "
            "that somebody else coded, without their themes: the report Agreement of coders then "
            "says how far you read alike.\n\n"
            "Right are the themes with the number of answers and the newest example. F2 gives a "
            "theme other words; merging moves its answers."
        ),
        place="desktop_app.ui.pages.coding:CodingPage",
    ),
    PageSpec(
        "experiments",
        N_("Experiments"),
        icon="swap",
        roles=_REPORTERS,
        in_sidebar=False,
        parent="team",
        help=N_(
            "Two scripts or two offers, and chance decides which customer gets which. So nothing "
            "else differs between the groups, and a difference of the saves comes from the script "
            "or the offer. A group may also be left alone: it shows what happens without "
            "you.\n\n"
            "You may look every day. An ordinary test looked at again and again finds a difference "
            "by chance sooner or later; these intervals are wider and hold on all days at once. "
            "Better and worse stay true however often you looked before.\n\n"
            "If the customers were not split as planned, do not trust the experiment before you "
            "know why. End it when it says something, or when the planned number of customers is "
            "reached."
        ),
        place="desktop_app.ui.pages.experiments:ExperimentsPage",
    ),
    PageSpec(
        "approvals",
        N_("Approvals"),
        icon="check-circle",
        roles=_DECIDERS,
        in_sidebar=False,
        parent="today",
        help=N_(
            "Offers that wait for your yes, the longest waiting first. Right stands what it is "
            "for: the case, the value at stake, what all offers on the case cost against their "
            "ceiling, what is left of the budget, and why the offer is proposed.\n\n"
            "A approves and goes on, D declines with a reason, N and P go to the next and the "
            "previous offer, Enter opens the case. Ctrl+Z takes a decision back.\n\n"
            "What the budget of the month does not cover is approved by head office. Nobody "
            "approves what they proposed themselves while somebody else can; where nobody else "
            "can, the own approval is recorded as such."
        ),
        place="desktop_app.ui.pages.approvals:ApprovalsPage",
    ),
    PageSpec(
        "offers",
        N_("Offers"),
        icon="offer",
        roles=_OFFER_KEEPERS,
        in_sidebar=False,
        parent="settings",
        help=N_(
            "What may be offered, which offer fits which case, and what a store may spend in a "
            "month.\n\n"
            "Ctrl+N adds, F2 or Enter changes, Delete retires an offer or removes a rule. What was "
            "offered keeps its words and its cost, whatever becomes of the library.\n\n"
            "Rules are asked from top to bottom and the first one that fits decides; a rule may "
            "say that nothing is offered. Alt+Up and Alt+Down move a rule. Ctrl+T asks the rules "
            "for a case without writing anything.\n\n"
            "A store without a budget is not limited. Coupons pay when one in five comes back."
        ),
        place="desktop_app.ui.pages.offers:OffersPage",
    ),
    PageSpec(
        "handover",
        N_("Handover"),
        icon="swap",
        roles=_HANDERS,
        in_sidebar=False,
        parent="charges",
        help=N_(
            "Customers go from one person to others in four steps: who, customers, receivers, "
            "summary. Nothing is written before the last, and the whole handover is undone at "
            "once.\n\n"
            "Customers: what is missing is named. Enter or F2 corrects a customer, Ctrl+T ticks "
            "the chosen ones as in order, Delete leaves them out.\n\n"
            "Receivers: the program suggests by skill, room, district and department and says why; "
            "a customer of class A goes to nobody who is new. Ctrl+Shift+A chooses somebody else "
            "for all chosen rows. Who leaves may have taken customers along, or left them without "
            "anybody: say so.\n\n"
            "Ctrl+Enter goes on, Alt+Left goes back to where you came from; what was chosen stays. "
            "With an overlap both look after the customer until its last day."
        ),
        place="desktop_app.ui.pages.handover:HandoverPage",
    ),
    PageSpec(
        "script-editor",
        N_("Script editor"),
        icon="scripts",
        in_sidebar=False,
        parent="scripts",
        help=N_(
            "One script: left its steps, in the middle the fields of the chosen one, right its "
            "diagram, what is wrong, and a try-out that keeps nothing.\n\n"
            "Ctrl+N adds a step behind the chosen one, Ctrl+D copies it, Alt+Up and Alt+Down move "
            "it, Delete removes it; ways and conditions follow a new name. Ctrl+Z takes every step "
            "back, Ctrl+Y makes it again. In the diagram the arrows go along the ways, Enter "
            "edits. F7 goes to what is wrong, F9 tries it out.\n\n"
            "{{ offers placeholders. [[ … ]] is left out where a value inside is not known. An "
            "answer may be written to a question of the exit interview.\n\n"
            "Ctrl+S saves the draft, Ctrl+Enter publishes it. Errors keep it from being published: "
            "every way must end, and every offer must leave the customer a fair way out."
        ),
        place="desktop_app.ui.pages.script_editor:ScriptEditorPage",
    ),
    PageSpec(
        "snippets",
        N_("Snippets"),
        icon="quote",
        in_sidebar=False,
        parent="scripts",
        help=N_(
            "Answers to objections. In the script of a call :: and the first letters of the "
            "trigger, or any words, find one.\n\n"
            "Ctrl+N begins a new one, Ctrl+S saves it. Short enough to be read aloud, honest, "
            "without pressure: the customer decides."
        ),
        place="desktop_app.ui.pages.snippets:SnippetsPage",
    ),
)
"""All pages; those in the side bar first, detail pages after them."""


def page_spec(page_id: str) -> PageSpec:
    """What the list says about a page. Raises KeyError: there is no such page."""
    return {spec.id: spec for spec in PAGES}[page_id]


def page_class(spec: PageSpec) -> type[Page]:
    """The page itself; its module is imported now. Raises ImportError or TypeError: not there."""
    module, _colon, name = spec.place.partition(":")
    found: type[Page] = getattr(importlib.import_module(module), name)
    if not issubclass(found, Page):
        raise TypeError(spec.place)
    return found
