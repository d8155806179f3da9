"""What the simulated team writes into its notes."""

from collections.abc import Mapping
from typing import Final

from db.vocabulary import AttemptResult

NOTES: Final[Mapping[str, tuple[str, ...]]] = {
    AttemptResult.REACHED: (
        "客户愿意谈，语气平和，约好今天做访谈。",
        "接通了，先道歉，客户说正好想反映几个问题。",
        "采购说最近在比价，愿意听我们讲讲。",
        "聊了十分钟，主要抱怨送货和对账。",
        "客户比较客气，说不是质量问题。",
    ),
    AttemptResult.NO_ANSWER: ("响了八声没有人接。", "无人接听，换下午再打。", "没有接。"),
    AttemptResult.BUSY: ("占线。", "一直在通话中。"),
    AttemptResult.CALLBACK: ("在开会，让明天上午再打。", "说月底忙，过两天联系。"),
    AttemptResult.LEFT_MESSAGE: ("请前台转告。", "发了短信，说明来意。"),
    AttemptResult.WRONG_NUMBER: ("机主说不是这家公司。", "号码是空号。"),
    AttemptResult.REFUSED: ("说没有什么好谈的，挂了。", "不愿意讲原因。"),
    AttemptResult.DO_NOT_CONTACT: ("明确要求不要再打电话。",),
    "follow_up": (
        "回访：东西都送到了，客户表示满意。",
        "回访：客户说再观察一个月。",
        "回访：对账单没有问题了，已经下了一单。",
        "回访：送货及时，还想看看办公椅的目录。",
    ),
    "saved": (
        "客户恢复按月采购，签了年度协议。",
        "补货两次，客户同意继续合作。",
        "问题解决，客户把耗材业务转回来了。",
        "客户说看到了诚意，先恢复一半的量。",
    ),
    "lost": (
        "客户已经和别家签了年度合同，到期前再联系。",
        "谈了两次，客户态度明确，尊重其选择。",
        "需求确实没有了，保持友好。",
        "价格差距补不上，放弃。",
    ),
}
"""Notes by result of an attempt, or by what is told."""

PURPOSES: Final = (
    "上门听取意见，了解停购原因",
    "道歉并确认补救方案",
    "盘点常用耗材，建立补货清单",
    "陪同店长拜访负责人",
)
REGULAR_PURPOSES: Final = (
    "季度回访，了解近期采购计划",
    "送样品册，介绍新到的环保纸",
    "年度对账，确认明年的框架协议",
    "打印机例行保养，顺便听取意见",
)
"""Why good customers are visited who are not leaving."""

REMEDIES: Final = (
    "已按方案换货，客户签收。",
    "补开发票已寄出，快递单号已告知客户。",
    "专员上门一次，建立了常用型号清单。",
    "店长登门道歉，客户接受。",
    "差价券已经入账。",
    "技术员调试完毕，全部人员会用了。",
)
DISMISSALS: Final = (
    "季节性客户，暑假不采购，属正常。",
    "已知停业装修，十月恢复。",
    "集团统一采购，换了付款单位，不是流失。",
    "一次性工程采购，不再跟进。",
)
REVIEWS: Final = (
    "客户原话太短，请补上具体是哪一次。",
    "追问停在第一步，没有问到根本原因。",
    "表面原因和客户原话对不上，请核对。",
    "停购日期早于最后一次订单，请更正。",
)
"""What a reviewer finds wrong with an interview."""

DETAILS: Final = (
    "上一回要的是{good}，前后打了{n}个电话。",
    "那是{month}月的事，办公室{n}个人都知道。",
    "我们{good}一个月要用{n}箱，不是小数目。",
    "经手的是采购小{name}，单子还在她那里。",
    "后来{good}是{name}主任自己去别处买的。",
    "光是{good}就为这个退过{n}次。",
)
"""What a customer adds, so that no two of them say the same."""

OFFER_REASONS: Final = (
    "十年老客户，问题出在我们这边，按规则给。",
    "客户明确说只要解决这件事就继续合作。",
    "对方报价低一成，客户更看重服务，先给这个。",
    "采购换人，需要重新建立联系。",
    "客户情绪已经缓和，这个方案正好补上缺口。",
    "年采购额大，流失的损失远高于这个成本。",
)
"""Why a customer gets an offer."""
REFUSALS: Final = (
    "成本太高，先请经理上门谈一次。",
    "同样的情况上个月没有给，换一个方案。",
    "先把投诉处理完，再谈优惠。",
)
"""Why an offer is not made."""

VISITED: Final = (
    "例行走访，核对库存，留下补货单。",
    "介绍了新到的环保纸，客户要了样品。",
    "见到行政主管，对送货时间满意。",
    "帮客户清点耗材，提醒两个型号快用完。",
    "聊了下半年的采购计划，预算不变。",
    "客户反映发票慢，当场联系财务解决。",
)
CALLED: Final = (
    "电话回访，一切正常。",
    "确认到货，客户满意。",
    "提醒月底前下单可并单配送。",
    "问候，约下周上门。",
    "客户问价格，已发报价单。",
)
"""What was written down of the visits and calls of the cadence."""
