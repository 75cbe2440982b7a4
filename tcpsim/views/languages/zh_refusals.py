"""简体中文: why TCP drops a segment, by the names of `tcpsim.tcp.drops`."""

from typing import Final

from tcpsim.views.languages.record import Refusal

REFUSALS: Final = {
    "NO_CONNECTION": Refusal("没有这个连接", "这里没有对应的连接：用复位告知对方。"),
    "RST_TO_NOBODY": Refusal("没有这个连接", "这里没有对应的连接，而且从不用复位去回应复位。"),
    "NOT_OF_ONE_HOST": Refusal("不是单个主机的地址", "它的源地址或目的地址属于许多主机，或者不属于任何主机。"),
    "QUIET_TIME": Refusal("静默时间", "本机刚刚重启，不选用以前连接的旧报文段可能还带着的序号。"),
    "RST_IN_LISTEN": Refusal("LISTEN 中的 RST", "监听者没有什么可以复位的。"),
    "ACK_IN_LISTEN": Refusal("LISTEN 中的 ACK", "监听者没有发送过任何可以被确认的东西。"),
    "SYN_ACK_IN_LISTEN": Refusal("LISTEN 中的 SYN-ACK", "监听者没有发送过 SYN；对应答 SYN 的人，这个协议栈不作声。"),
    "NO_SYN_IN_LISTEN": Refusal("没有 SYN", "监听者需要的是 SYN；这个报文段连确认都不是。"),
    "SYN_FIN_IN_LISTEN": Refusal("SYN 带 FIN", "一开始就带着 FIN 的 SYN，打开的连接谁也用不上；这个协议栈不理会它。"),
    "SYN_FIN": Refusal("SYN 带 FIN", "一开始就带着 FIN 的 SYN；这个协议栈在任何状态下都不理会它。"),
    "SYN_QUEUE_FULL": Refusal("SYN 队列已满", "监听者的半连接数目已经达到上限。"),
    "ACCEPT_QUEUE_FULL": Refusal("accept 队列已满", "在应用程序 accept 一个连接之前，没有位置容纳新的连接。"),
    "UNACCEPTABLE_ACK_IN_SYN_SENT": Refusal("ACK 不是对本端 SYN 的", "它确认的是这个连接从未发送过的东西。"),
    "RST_WITH_BAD_ACK": Refusal("RST 不是对本端 SYN 的", "这个复位没有确认本端的 SYN。"),
    "RST_WITHOUT_ACK": Refusal("RST 没有 ACK", "在 SYN-SENT 中，只相信确认了本端 SYN 的复位。"),
    "IN_TIME_WAIT": Refusal("处于 TIME-WAIT", "双方要说的都已说完：不管它是什么，都来得太晚了。"),
    "NO_SYN_IN_SYN_SENT": Refusal("没有 SYN", "既不是 SYN 也不是 RST：在 SYN-SENT 中对它无事可做。"),
    "OUTSIDE_WINDOW": Refusal("在窗口之外", "它的序号没有一个落在接收窗口之内。"),
    "ALREADY_RECEIVED": Refusal("已经收到过", "它的全部内容以前都已收下；再确认一次，以防上次的确认丢失。"),
    "RST_OUTSIDE_WINDOW": Refusal("RST 在窗口之外", "序号在窗口之外的复位，不是伪造的就是旧的。"),
    "RST_NOT_EXACT": Refusal("RST 序号不精确", "在窗口之内，但不是期望的下一个序号：用质询 ACK 询问对端。"),
    "RST_IN_TIME_WAIT": Refusal("TIME-WAIT 中的 RST", "复位不可以缩短 TIME-WAIT（RFC 1337，修正 F1）。"),
    "SYN_ON_CONNECTION": Refusal("连接上的 SYN", "正在运行的连接上来了一个 SYN：用质询 ACK 询问对端。"),
    "SYN_IN_TIME_WAIT": Refusal("TIME-WAIT 中的 SYN", "可能是旧的 SYN，不能重新打开连接；这个协议栈默默丢弃它。"),
    "SYN_RESETS_CONNECTION": Refusal("窗口内的 SYN", "窗口之内的 SYN 是错误。"),
    "ALREADY_ANSWERED": Refusal("已经应答过一个 SYN", "已经应答了另一个 SYN；这个协议栈再次应答那一个。"),
    "NO_ACK_BIT": Refusal("没有 ACK 位", "同步之后，每个报文段都必须带有确认。"),
    "ACK_NOT_OF_SYN": Refusal("ACK 不是对本端 SYN 的", "它没有确认本端的 SYN：用复位拒绝它。"),
    "ACK_OF_FUTURE": Refusal("确认了未来", "它确认的是还没有发送的东西。"),
    "ACK_TOO_OLD": Refusal("ACK 太旧", "它的确认号比已确认的还早，而且早得超过了曾有过的最大窗口（RFC 5961 §5）。"),
    "TIMESTAMP_TOO_OLD": Refusal("时间戳太旧", "它的时间戳比上次见到的更早（PAWS）。"),
    "NO_TIMESTAMP": Refusal("没有时间戳", "双方已约定使用时间戳，它却没有带。"),
    "DATA_AFTER_CLOSE": Refusal("没有人读", "用户已经彻底关闭；不会有人读这些数据。"),
    "TEXT_AFTER_FIN": Refusal("FIN 之后的数据", "对端说过它不再发送数据。"),
    "TEXT_AFTER_RESET": Refusal("本端 RST 之后的数据", "这一端已经复位了连接，正等它被遗忘。"),
}
