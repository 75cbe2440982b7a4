"""The words of the segment card: the names of fields and layers, and what a value means, in each language.

Lives here: words. Sentences have places to fill in, in braces, the same in every language; flags, kinds of options and
units stay as the RFCs have them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class CardWords:
    """The words of one language. `names` is by field, `flags` and `layers` by what `views.card.content` calls them."""

    # ---- the card's frame
    title: str  # number, source, destination, flags
    untitled: str  # flags
    sent_at: str  # segment, time
    encapsulation: str
    osi: str
    tcp_ip: str
    header: str  # name, octets
    on_the_wire: str  # octets
    octets_in_type: str  # octets
    more_octets: str  # count
    bits: str
    hexadecimal: str
    decimal: str
    meaning: str
    field: str
    data: str
    data_octets: str  # octets
    no_data: str
    also: str  # between two things that are said of one
    card_adds: str
    card_pads: str  # count
    # ---- layers, from the top: OSI's number and name, TCP/IP's name, what travels there
    layers: Mapping[str, tuple[str, str, str]]
    names: Mapping[str, str]
    short: Mapping[str, str]  # of fields whose names are too long for their bits
    flags: Mapping[str, str]
    # ---- Ethernet
    made_up: str
    ethertype: str  # protocol
    # ---- IP
    version: str  # version
    header_words: str  # words, octets
    service: str
    service_plain: str
    total_length: str  # header, rest
    payload_length: str  # octets
    identification: str
    dont_fragment: str
    fragment_offset: str
    hops: str  # hops
    protocol: str
    ip_checksum: str
    flow_label: str
    # ---- TCP
    well_known: str
    registered: str
    dynamic: str
    relative: str  # number
    seq_of_syn: str
    seq_of_data: str
    seq_of_fin: str
    seq_of_rst: str
    seq_of_keep_alive: str
    seq_next: str
    ack_next: str
    ack_void: str
    reserved: str
    flag: str  # flag, means
    no_flag: str
    window: str  # octets
    window_of_syn: str  # octets
    window_zero: str
    window_of_rst: str
    checksum: str
    urgent: str  # number
    urgent_void: str
    mss: str  # octets
    window_scale: str  # shift, factor
    sack_permitted: str
    sack: str  # blocks
    timestamps: str  # value, echo
    timestamps_alone: str  # value
    nop: str
    end: str
    unknown: str  # kind, octets
    payload: str  # octets, words


_EN: Final = CardWords(
    title="Segment {number}: {source} → {destination}, {flags}",
    untitled="Segment: {flags}",
    sent_at="{segment}, sent at {time} s",
    encapsulation="From the application to the wire: each layer puts its header in front",
    osi="OSI",
    tcp_ip="TCP/IP",
    header="{name} header, {octets} octets",
    on_the_wire="The {octets} octets, coloured by the field that each belongs to",
    octets_in_type="The {octets} octets; a bar ends each field",
    more_octets="… and {count} octets of data more",
    bits="bits",
    hexadecimal="hex",
    decimal="decimal",
    meaning="meaning",
    field="field",
    data="data",
    data_octets="data, {octets} octets",
    no_data="no data",
    also="; ",
    card_adds="The network card adds a check sequence of 4 octets at the end.",
    card_pads="The network card adds {count} octets of padding, for a frame has 60 or more, and a check sequence of 4.",
    layers={
        "data": ("7 Application", "Application", "data"),
        "tcp": ("4 Transport", "Transport", "segment"),
        "ip": ("3 Network", "Internet", "packet"),
        "ethernet": ("2 Data link", "Link", "frame"),
    },
    names={
        "destination_mac": "destination address",
        "source_mac": "source address",
        "ethertype": "type",
        "version": "version",
        "header_length": "header length",
        "service": "type of service",
        "total_length": "total length",
        "identification": "identification",
        "ip_flags": "flags",
        "fragment_offset": "fragment offset",
        "ttl": "time to live",
        "protocol": "protocol",
        "ip_checksum": "header checksum",
        "source_address": "source address",
        "destination_address": "destination address",
        "traffic_class": "traffic class",
        "flow_label": "flow label",
        "payload_length": "payload length",
        "next_header": "next header",
        "hop_limit": "hop limit",
        "source_port": "source port",
        "destination_port": "destination port",
        "seq": "sequence number",
        "ack": "acknowledgment number",
        "data_offset": "data offset",
        "reserved": "reserved",
        "flags": "control bits",
        "window": "window",
        "checksum": "checksum",
        "urgent": "urgent pointer",
        "mss": "maximum segment size",
        "window_scale": "window scale",
        "sack_permitted": "SACK permitted",
        "sack": "SACK",
        "timestamps": "timestamps",
        "nop": "no-operation",
        "end": "end of option list",
        "unknown": "unknown option",
        "kind": "kind {value}",
        "length": "length {value}",
        "left_edge": "left edge",
        "right_edge": "right edge",
        "value": "value",
        "echo": "echo reply",
        "shift": "shift {value}",
        "data": "data",
    },
    short={"header_length": "IHL", "reserved": "rsrvd"},
    flags={
        "CWR": "the sender has reduced its congestion window",
        "ECE": "the network marked congestion",
        "URG": "the urgent pointer counts",
        "ACK": "the acknowledgment number counts",
        "PSH": "hand the data to the user now",
        "RST": "the connection is reset",
        "SYN": "synchronize sequence numbers",
        "FIN": "the sender has no more data",
    },
    made_up="made up from the IP address",
    ethertype="{protocol} follows",
    version="IP version {version}",
    header_words="{words} words of 4 octets: {octets} octets",
    service="DSCP and ECN",
    service_plain="DSCP and ECN: nothing special",
    total_length="octets: {header} of header and {rest} of segment",
    payload_length="octets behind this header",
    identification="not needed: the packet may not be fragmented",
    dont_fragment="DF: routers must not cut the packet",
    fragment_offset="the packet is whole",
    hops="routers that it may still pass",
    protocol="TCP follows",
    ip_checksum="of this header; it is right",
    flow_label="none",
    well_known="a well-known port, of a service",
    registered="a registered port",
    dynamic="a port of the dynamic range",
    relative="{number} when counted from the start",
    seq_of_syn="the SYN’s own number, the initial one",
    seq_of_data="the number of the first octet of data",
    seq_of_fin="the FIN’s own number",
    seq_of_rst="by it the receiver judges whether to believe the reset; in SYN-SENT by the acknowledgment number",
    seq_of_keep_alive="an old number, which the peer must answer",
    seq_next="the next number not yet used; this segment takes none",
    ack_next="the next number expected: all before has arrived",
    ack_void="means nothing, for ACK is not set",
    reserved="zero; a receiver ignores it",
    flag="{flag}: {means}",
    no_flag="none is set",
    window="octets that the sender can take, before scaling",
    window_of_syn="octets that the sender can take; a SYN’s is not scaled",
    window_zero="the sender can take nothing now",
    window_of_rst="means nothing in a reset",
    checksum="of pseudo-header, header and data; it is right",
    urgent="urgent data ends before number {number}",
    urgent_void="means nothing, for URG is not set",
    mss="the sender can take {octets} octets of data in a segment",
    window_scale="the sender’s windows are to be multiplied by {factor}",
    sack_permitted="the sender understands selective acknowledgments",
    sack="arrived beyond the acknowledgment number: {blocks}",
    timestamps="the sender’s clock {value}, and the one it echoes {echo}",
    timestamps_alone="the sender’s clock {value}; it echoes nothing, for ACK is not set",
    nop="padding between options",
    end="padding to a whole word",
    unknown="kind {kind}, which TCP here ignores: {octets}",
    payload="{octets} octets: {words}",
)

_ZH: Final = CardWords(
    title="报文段 {number}：{source} → {destination}，{flags}",
    untitled="报文段：{flags}",
    sent_at="{segment}，{time} s 发出",
    encapsulation="从应用到线路：每一层都在前面加上自己的首部",
    osi="OSI",
    tcp_ip="TCP/IP",
    header="{name} 首部，{octets} 字节",
    on_the_wire="全部 {octets} 个字节，按所属字段着色",
    octets_in_type="全部 {octets} 个字节；竖线为字段边界",
    more_octets="……另有 {count} 个字节的数据",
    bits="位",
    hexadecimal="十六进制",
    decimal="十进制",
    meaning="含义",
    field="字段",
    data="数据",
    data_octets="数据，{octets} 字节",
    no_data="没有数据",
    also="；",
    card_adds="网卡还会在末尾加上 4 字节的校验序列。",
    card_pads="一帧至少 60 字节，网卡会填充 {count} 字节，并加上 4 字节的校验序列。",
    layers={
        "data": ("7 应用层", "应用层", "数据"),
        "tcp": ("4 传输层", "传输层", "报文段"),
        "ip": ("3 网络层", "网际层", "分组"),
        "ethernet": ("2 数据链路层", "链路层", "帧"),
    },
    names={
        "destination_mac": "目的地址",
        "source_mac": "源地址",
        "ethertype": "类型",
        "version": "版本",
        "header_length": "首部长度",
        "service": "服务类型",
        "total_length": "总长度",
        "identification": "标识",
        "ip_flags": "标志",
        "fragment_offset": "片偏移",
        "ttl": "生存时间",
        "protocol": "协议",
        "ip_checksum": "首部校验和",
        "source_address": "源地址",
        "destination_address": "目的地址",
        "traffic_class": "流量类别",
        "flow_label": "流标签",
        "payload_length": "载荷长度",
        "next_header": "下一首部",
        "hop_limit": "跳数限制",
        "source_port": "源端口",
        "destination_port": "目的端口",
        "seq": "序号",
        "ack": "确认号",
        "data_offset": "数据偏移",
        "reserved": "保留",
        "flags": "控制位",
        "window": "窗口",
        "checksum": "校验和",
        "urgent": "紧急指针",
        "mss": "最大报文段长度",
        "window_scale": "窗口扩大因子",
        "sack_permitted": "允许 SACK",
        "sack": "SACK",
        "timestamps": "时间戳",
        "nop": "无操作",
        "end": "选项表结束",
        "unknown": "未知选项",
        "kind": "种类 {value}",
        "length": "长度 {value}",
        "left_edge": "左边界",
        "right_edge": "右边界",
        "value": "值",
        "echo": "回显",
        "shift": "移位 {value}",
        "data": "数据",
    },
    short={"header_length": "IHL", "data_offset": "偏移"},
    flags={
        "CWR": "发送方已缩小拥塞窗口",
        "ECE": "网络标记了拥塞",
        "URG": "紧急指针有效",
        "ACK": "确认号有效",
        "PSH": "立即把数据交给用户",
        "RST": "连接被复位",
        "SYN": "同步序号",
        "FIN": "发送方不再有数据",
    },
    made_up="由 IP 地址虚构而成",
    ethertype="后面是 {protocol}",
    version="IP 版本 {version}",
    header_words="{words} 个 4 字节的字：共 {octets} 字节",
    service="DSCP 与 ECN",
    service_plain="DSCP 与 ECN：无特殊要求",
    total_length="字节：首部 {header}，报文段 {rest}",
    payload_length="本首部之后的字节数",
    identification="不需要：本分组不允许分片",
    dont_fragment="DF：路由器不得分片",
    fragment_offset="分组是完整的",
    hops="还可经过的路由器个数",
    protocol="后面是 TCP",
    ip_checksum="对本首部计算；正确",
    flow_label="无",
    well_known="熟知端口，属于某个服务",
    registered="注册端口",
    dynamic="动态范围内的端口",
    relative="从起点算起为 {number}",
    seq_of_syn="SYN 自身的序号，即初始序号",
    seq_of_data="数据第一个字节的序号",
    seq_of_fin="FIN 自身的序号",
    seq_of_rst="接收方据此判断是否采信这个复位；在 SYN-SENT 中则看确认号",
    seq_of_keep_alive="旧的序号，对端必须应答",
    seq_next="下一个尚未使用的序号；本报文段不占用序号",
    ack_next="期待的下一个序号：之前的都已到达",
    ack_void="没有置 ACK，因此无意义",
    reserved="为零；接收方忽略",
    flag="{flag}：{means}",
    no_flag="均未置位",
    window="发送方还能接收的字节数（未乘扩大因子）",
    window_of_syn="发送方还能接收的字节数；SYN 的窗口不扩大",
    window_zero="发送方现在什么也不能接收",
    window_of_rst="在复位报文段中无意义",
    checksum="对伪首部、首部和数据计算；正确",
    urgent="紧急数据到序号 {number} 之前为止",
    urgent_void="没有置 URG，因此无意义",
    mss="发送方每个报文段最多能接收 {octets} 字节数据",
    window_scale="发送方的窗口要乘以 {factor}",
    sack_permitted="发送方支持选择确认",
    sack="确认号之后已到达：{blocks}",
    timestamps="发送方时钟 {value}，回显时钟 {echo}",
    timestamps_alone="发送方时钟 {value}；没有置 ACK，因此没有回显",
    nop="选项之间的填充",
    end="填充到整字",
    unknown="种类 {kind}，此处的 TCP 将其忽略：{octets}",
    payload="{octets} 字节：{words}",
)

_CARDS: Final = {"en": _EN, "zh": _ZH}


def card_words(code: str) -> CardWords:
    """The card's words in the language of this code. Raises ValueError, saying which there are, for another."""
    from tcpsim.views.languages import language

    return _CARDS[language(code).code]
