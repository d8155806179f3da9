"""What a column of a foreign file can mean, and the names such columns go by."""

import re
import unicodedata
from collections.abc import Mapping as MappingType
from dataclasses import dataclass

from db.vocabulary import ImportKind
from desktop_app.i18n import N_

_UNITS = re.compile(r"[(（\[【{<《].*?[)）\]】}>》]|[*#:：]")
_BETWEEN = re.compile(r"[\s_\-./\\'\"`·]+")


def normalised(heading: str) -> str:
    """A heading for comparing: no case, blanks, underscores, units, width."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    bare = _BETWEEN.sub("", _UNITS.sub("", folded))
    return bare or _BETWEEN.sub("", folded)


@dataclass(frozen=True, slots=True)
class ImportField:
    """One thing a column can hold.

    Attributes:
        name: Key in a mapping file.
        title: Source text of its name; show it with ``_``.
        synonyms: Headings it goes by, written as they usually stand; compared without case,
            blanks, underscores and units.
    """

    name: str
    title: str
    synonyms: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("|") if word.strip())


_CUSTOMER_NUMBER = _words(
    "客户编号|客户编码|客户号|客户代码|客户ID|会员号|会员编号|会员ID|会员代码"
    "|顾客编号|顾客号|用户ID|用户编号|用户号|买家ID|客户序号|往来单位编号|单位编号"
    "|客商编码|customer id|customer no|customer number|cust id|cust no"
    "|customer code|customer|client id|client no|client number|client code"
    "|member id|member no|member number|user id|account id|account no"
    "|account number|account|buyer id|shopper id|uid"
)
_CUSTOMER_PHONE = _words(
    "手机|手机号|手机号码|电话|电话号码|联系电话|联系手机|移动电话|客户电话"
    "|客户手机|客户手机号|会员手机|会员手机号|会员电话|联系方式|收货人手机"
    "|收货人电话|收货电话|买家电话|固定电话|座机|电话1|phone|mobile|mobile phone"
    "|cell|cell phone|telephone|tel|phone number|mobile number|contact number"
    "|contact phone|customer phone|contact phone number|phone no|mobile no|tel no"
)
_CARD = _words(
    "会员卡号|卡号|会员卡|会员卡编号|积分卡号|VIP卡号|VIP号|储值卡号|card number"
    "|card no|card|member card|membership card|loyalty card|loyalty number|card id"
)
_CUSTOMER_NAME = _words(
    "客户名称|客户姓名|客户|顾客姓名|顾客|会员姓名|会员名称|会员名|买家|买家姓名"
    "|收货人|收货人姓名|购货单位|购买方|单位名称|往来单位|公司名称|企业名称"
    "|客户全称|customer name|client name|client|member name|buyer|buyer name"
    "|company|company name|account name|full name"
)

CUSTOMER_FIELDS = (
    ImportField(
        "number", N_("Customer number"), (*_CUSTOMER_NUMBER, *_words("编号|ID|no|number|code"))
    ),
    ImportField("name", N_("Name"), (*_CUSTOMER_NAME, *_words("姓名|名称|名字|用户名|name"))),
    ImportField("phone", N_("Phone"), _CUSTOMER_PHONE),
    ImportField(
        "email",
        N_("Email"),
        _words("邮箱|电子邮箱|电子邮件|邮件|邮箱地址|email|e-mail|mail|email address|mail address"),
    ),
    ImportField(
        "address",
        N_("Address"),
        _words(
            "地址|联系地址|详细地址|通讯地址|家庭地址|住址|收货地址|公司地址|单位地址"
            "|客户地址|经营地址|address|street|street address|postal address"
            "|mailing address|home address|addr"
        ),
    ),
    ImportField(
        "district",
        N_("District"),
        _words("片区|所属片区|客户片区|区县|行政区|所在区|district|sales district|territory"),
    ),
    ImportField("card_number", N_("Card number"), _CARD),
    ImportField(
        "kind",
        N_("Person or company"),
        _words(
            "客户类型|客户性质|客户类别|类型|个人/企业|性质|customer type|client type"
            "|customer kind|kind"
        ),
    ),
    ImportField(
        "store",
        N_("Store"),
        _words(
            "门店|所属门店|店铺|门店名称|门店编号|店名|归属门店|开卡门店|分店|网点|store"
            "|shop|branch|store name|store code|outlet|store id"
        ),
    ),
    ImportField(
        "owner",
        N_("Owner"),
        _words(
            "负责人|客户经理|业务员|销售员|专属导购|导购|归属人|跟进人|所属员工|销售|专员"
            "|owner|account manager|sales rep|salesperson|sales person|responsible"
            "|assigned to|agent"
        ),
    ),
    ImportField(
        "joined_on",
        N_("Customer since"),
        _words(
            "入会日期|入会时间|注册日期|注册时间|开卡日期|开户日期|建档日期|加入日期"
            "|成为客户日期|创建日期|创建时间|办卡日期|开卡时间|joined on|join date|joined"
            "|registered|registration date|signup date|sign up date|customer since"
            "|member since|created|created at|created on|since|start date"
        ),
    ),
    ImportField(
        "contact_name",
        N_("Contact person"),
        _words(
            "联系人|联系人姓名|主要联系人|对接人|contact|contact name|contact person"
            "|primary contact"
        ),
    ),
    ImportField(
        "note",
        N_("Note"),
        _words("备注|说明|附注|客户备注|备注信息|note|notes|remark|remarks|comment|comments|memo"),
    ),
    ImportField(
        "do_not_contact",
        N_("Do not contact"),
        _words(
            "勿扰|请勿联系|免打扰|禁止联系|拒绝联系|不要联系|do not contact|dnc|do not call"
            "|opt out|opted out|unsubscribed|no contact"
        ),
    ),
)

ORDER_FIELDS = (
    ImportField(
        "order_number",
        N_("Order number"),
        _words(
            "订单号|订单编号|单号|单据编号|单据号|小票号|交易号|流水号|销售单号|发票号"
            "|发票号码|订单ID|订单号码|交易单号|交易流水号|出库单号|order no|order number"
            "|order id|order|invoice no|invoice number|invoice id|invoice|receipt no"
            "|receipt|transaction id|transaction no|bill no|ticket no|id|sales order"
        ),
    ),
    ImportField("customer_number", N_("Customer number"), _CUSTOMER_NUMBER),
    ImportField("customer_phone", N_("Customer's phone"), _CUSTOMER_PHONE),
    ImportField("customer_card", N_("Customer's card number"), _CARD),
    ImportField("customer_name", N_("Customer's name"), (*_CUSTOMER_NAME, *_words("姓名"))),
    ImportField(
        "ordered_on",
        N_("Order date"),
        _words(
            "下单日期|订单日期|日期|下单时间|交易日期|交易时间|购买日期|购买时间|消费日期"
            "|消费时间|销售日期|单据日期|付款时间|支付时间|成交时间|成交日期|订单时间"
            "|订单创建时间|开票日期|出库日期|order date|ordered on|ordered at|date"
            "|invoice date|purchase date|purchased on|transaction date|sale date|sales date"
            "|day|paid at|order time|created at|created on|datetime|timestamp|bill date"
        ),
    ),
    ImportField(
        "amount",
        N_("Amount"),
        _words(
            "金额|实付金额|订单金额|实付|实收金额|实收|合计金额|总金额|销售金额|消费金额"
            "|成交金额|支付金额|付款金额|应收金额|价税合计|总价|合计|小计|含税金额|销售额"
            "|行金额|交易金额|amount|total|order amount|total amount|net amount|line total"
            "|line amount|paid|amount paid|sales|revenue|spend|value|order value"
            "|total price|subtotal|net sales|order total|dollars"
        ),
    ),
    ImportField(
        "unit_price",
        N_("Unit price"),
        _words(
            "单价|售价|销售单价|成交单价|含税单价|商品单价|unit price|price|price each"
            "|item price|price per unit"
        ),
    ),
    ImportField(
        "quantity",
        N_("Quantity"),
        _words(
            "数量|购买数量|销售数量|件数|商品数量|订购数量|销量|出库数量|quantity|qty|units"
            "|count|number of items|cds|pieces|quantity ordered"
        ),
    ),
    ImportField(
        "product_code",
        N_("Product code"),
        _words(
            "商品编码|商品编号|商品代码|货号|产品编码|产品编号|物料编码|存货编码|条码"
            "|商品条码|SKU编码|商品货号|stock code|sku|product code|product id|item code"
            "|item no|item id|item number|article no|article|barcode|ean|product sku"
            "|product no|upc"
        ),
    ),
    ImportField(
        "product_name",
        N_("Product name"),
        _words(
            "商品名称|品名|产品名称|商品|产品|货品名称|物料名称|存货名称|商品标题|宝贝标题"
            "|项目|商品描述|description|product name|product|item name|item|article name"
            "|product description|item description|title"
        ),
    ),
    ImportField(
        "product_line",
        N_("Product line"),
        _words(
            "品类|类别|商品类别|产品线|商品分类|分类|大类|产品类别|商品大类|存货分类"
            "|产品大类|品类名称|一级分类|category|product line|product category"
            "|product group|group|department|segment|product type|line"
        ),
    ),
    ImportField(
        "currency",
        N_("Currency"),
        _words("币种|货币|币别|currency|currency code|ccy"),
    ),
)

_OF_CUSTOMER = (
    ImportField("customer_number", N_("Customer number"), _CUSTOMER_NUMBER),
    ImportField("customer_phone", N_("Customer's phone"), _CUSTOMER_PHONE),
    ImportField("customer_card", N_("Customer's card number"), _CARD),
    ImportField("customer_name", N_("Customer's name"), (*_CUSTOMER_NAME, *_words("姓名"))),
)
_NOTE = ImportField(
    "note",
    N_("Note"),
    _words("备注|说明|附注|备注信息|note|notes|remark|remarks|comment|comments|memo"),
)

VISIT_FIELDS = (
    *_OF_CUSTOMER,
    ImportField(
        "visited_on",
        N_("Day of the visit"),
        _words(
            "走访日期|拜访日期|回访日期|联系日期|跟进日期|日期|走访时间|拜访时间|回访时间|跟进时间"
            "|联系时间|实际走访日期|visited on|visit date|date of visit|contact date|date|day"
            "|call date|follow up date|visited at"
        ),
    ),
    ImportField(
        "employee",
        N_("By whom"),
        _words(
            "走访人|拜访人|回访人|跟进人|联系人员|走访人员|拜访人员|业务员|员工|客户经理|销售|经办人"
            "|执行人|by|by whom|visited by|employee|salesperson|sales rep|agent|staff|user|login"
            "|account manager|done by"
        ),
    ),
    ImportField(
        "channel",
        N_("Visit or call"),
        _words(
            "方式|走访方式|拜访方式|回访方式|联系方式类型|跟进方式|渠道|联系渠道|形式|channel|way"
            "|type of contact|contact type|visit type|method|by way of"
        ),
    ),
    ImportField(
        "satisfaction",
        N_("Satisfaction"),
        _words("满意度|满意度评分|评分|打分|客户满意度|satisfaction|score|rating|stars"),
    ),
    ImportField(
        "informal",
        N_("Informal"),
        _words("非正式|非正式联系|顺路|是否非正式|informal|is informal|casual"),
    ),
    ImportField(
        "note",
        N_("Note"),
        (
            *_NOTE.synonyms,
            *_words("走访记录|拜访记录|回访记录|跟进记录|内容|走访内容|跟进内容|content"),
        ),
    ),
    ImportField(
        "met",
        N_("Who was met"),
        _words(
            "见到的人|会见人|接待人|见到谁|面谈人|对方人员|受访人|met|who was met|person met"
            "|met with|spoken with|spoke with|talked to"
        ),
    ),
    ImportField(
        "gift",
        N_("Gift"),
        _words("礼品|赠品|礼物|伴手礼|送出礼品|所送礼品|gift|gift given|gifts|present|presents"),
    ),
    ImportField(
        "gift_amount",
        N_("Cost of the gift"),
        _words(
            "礼品金额|礼品费用|礼品成本|礼品价值|赠品金额|礼物金额|cost of the gift|gift cost"
            "|gift amount|gift value|cost of gift"
        ),
    ),
    ImportField(
        "next_step",
        N_("Next step"),
        _words(
            "下一步|下一步计划|下步计划|后续计划|后续动作|下一步行动|next step|next steps"
            "|next action|follow up action"
        ),
    ),
    ImportField(
        "next_due",
        N_("Day of the next step"),
        _words(
            "下一步日期|下一步时间|下步日期|下次跟进日期|下次跟进时间|下次联系日期|下次联系时间"
            "|下次走访日期|下次拜访日期|next step date|next step due|day of the next step|next due"
            "|next follow up date|next contact date|next visit date|next date"
        ),
    ),
    ImportField("visit_mark", N_("Code of the visit"), _words("走访码|走访编码|visit code")),
    ImportField("form_field", N_("Field of the day pack"), _words("字段|栏位|field")),
    ImportField("form_answer", N_("Filled in"), _words("填写|填写内容|请填写|fill in|filled in")),
)

RENEWAL_FIELDS = (
    *_OF_CUSTOMER,
    ImportField(
        "product",
        N_("Product"),
        _words(
            "产品|产品名称|商品|商品名称|服务|服务名称|服务项目|项目|套餐|套餐名称|卡种|合同|合同名称"
            "|product|product name|service|service name|plan|contract|item|subscription|package"
        ),
    ),
    ImportField(
        "expires_on",
        N_("Expires on"),
        _words(
            "到期日|到期日期|到期时间|有效期至|截止日期|失效日期|服务到期日|合同到期日|续费日期"
            "|expires on|expires|expiry|expiry date|expiration|expiration date|valid until"
            "|end date|due date|renewal date|renew by"
        ),
    ),
    ImportField(
        "fee",
        N_("Fee"),
        _words(
            "费用|续费金额|续费|金额|年费|服务费|价格|应收|fee|amount|price|renewal fee"
            "|renewal amount|annual fee|cost"
        ),
    ),
    ImportField(
        "owner",
        N_("Who tells the customer"),
        _words(
            "负责人|客户经理|业务员|客服|跟进人|提醒人|owner|account manager|responsible|agent"
            "|assigned to|employee"
        ),
    ),
    _NOTE,
)

FIELDS: MappingType[ImportKind, tuple[ImportField, ...]] = {
    ImportKind.CUSTOMERS: CUSTOMER_FIELDS,
    ImportKind.ORDERS: ORDER_FIELDS,
    ImportKind.VISITS: VISIT_FIELDS,
    ImportKind.RENEWALS: RENEWAL_FIELDS,
}
"""Fields of each kind of file, in the order of the wizard."""
