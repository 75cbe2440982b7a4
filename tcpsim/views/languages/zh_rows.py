"""简体中文: why a connection moved along each row of the table of `tcpsim.tcp.states`, in the order of the table."""

from collections.abc import Iterable
from typing import Final

from tcpsim.tcp.states import KEPT_ALIVE, ONE_WAY_OPEN, State

_SYNCHRONIZED: Final = (*ONE_WAY_OPEN, State.CLOSING, State.LAST_ACK, State.TIME_WAIT)
_UNACKNOWLEDGED: Final = (
    State.SYN_SENT,
    State.SYN_RECEIVED,
    State.ESTABLISHED,
    State.FIN_WAIT_1,
    State.CLOSE_WAIT,
    State.CLOSING,
    State.LAST_ACK,
)
_SYN_RESETS: Final = "SYN 落在正在运行的连接的窗口之内，这是错误：没有 RFC 5961 时，连接因此被复位。"
_OLD_AFTER_ALL: Final = "重新打开 TIME-WAIT 的那个 SYN 其实是旧的重复报文段：回去继续等待（MAY-2）。"


def _each(states: Iterable[State], trigger: str, why: str) -> dict[str, str]:
    """The same sentence for the row of each of these states."""
    return {f"{state} {trigger}": why for state in states}


_OPENING: Final = {
    "CLOSED app_open_passive": "应用程序开始监听：等待任何一方发来的 SYN。",
    "CLOSED app_open_active": "应用程序发起连接：用 SYN 请求与对端同步序列号。",
    "LISTEN app_open_active": "正在监听的应用程序改变主意，主动连接它所指定的对端。",
    "LISTEN app_send": "在已指定对端的监听连接上发送数据，等于主动打开它。",
    "LISTEN rcv_syn": "收到 SYN：在同一个报文段里既确认对端的 SYN，又发出自己的 SYN。",
    "SYN-SENT rcv_syn": "对端的 SYN 与本端的 SYN 在途中交错：同时打开。沿用同一个 ISS，对其确认。",
    "SYN-SENT rcv_syn_ack": "对端确认了本端的 SYN，并发来它自己的 SYN：双方的序列号在这里都已知道，因此这一侧已打开。",
    "SYN-RECEIVED rcv_ack_of_syn": "本端的 SYN 得到确认：现在每一方都知道对方听到了自己。",
}

_REFUSED_OR_WITHDRAWN: Final = {
    "SYN-SENT rcv_rst": "收到确认本端 SYN 的复位：那个端口上没有人监听。",
    "SYN-SENT rcv_icmp_error": "网络报告本端的 SYN 无法送达，而且这种情况不会改变。",
    "SYN-RECEIVED rcv_rst if passive_open": "本端的 SYN-ACK 换来一个复位：那个 SYN 是旧的重复报文段。被动打开方回去继续监听。",
    "SYN-RECEIVED rcv_rst if active_open": "复位拒绝了本端的同时打开：告诉用户连接被拒绝。",
    "SYN-RECEIVED rcv_syn_in_window if passive_open": "窗口之内又来了一个 SYN：前一个是旧的重复报文段。被动打开方重新监听。",
    "SYN-RECEIVED rcv_syn_in_window if active_open": _SYN_RESETS,
    **_each(_SYNCHRONIZED, "rcv_syn_in_window", _SYN_RESETS),
}

_CLOSING: Final = {
    "LISTEN app_close": "应用程序停止监听；没有对端知道这件事，所以什么也不发送。",
    "SYN-SENT app_close": "对端还没有应答，应用程序就放弃了；什么也不发送。",
    "SYN-RECEIVED app_close": "握手还没有完成，应用程序就关闭了：FIN 跟在 SYN 之后，占用下一个序号。",
    "ESTABLISHED app_close": "应用程序没有数据要发送了：在排队的数据全部发出之后，用 FIN 告诉对端。它仍然可以接收。",
    "CLOSE-WAIT app_close": "这一侧也没有数据要发送了：发出自己的 FIN，此后只等它被确认。",
    "SYN-RECEIVED rcv_fin": "对端不再发送数据。应用程序在关闭之前仍然可以继续发送。",
    "ESTABLISHED rcv_fin": "对端不再发送数据。应用程序在关闭之前仍然可以继续发送：这就是关闭需要四次挥手的原因。",
    "FIN-WAIT-1 rcv_fin if fin_not_acknowledged": "对端的 FIN 与本端的 FIN 在途中交错：同时关闭。本端的 FIN 还有待确认。",
    "FIN-WAIT-1 rcv_fin if fin_acknowledged": "同一个报文段带来了对端的 FIN 和对本端 FIN 的确认：关闭只用了三个报文段。",
    "FIN-WAIT-2 rcv_fin": "对端的 FIN 到了：确认它，并停留 2 MSL，以防这个确认丢失。",
    "FIN-WAIT-1 rcv_ack_of_fin": "本端的 FIN 得到确认：这个方向已经关闭。对端仍然可以继续发送。",
    "CLOSING rcv_ack_of_fin": "与对端的 FIN 交错的那个 FIN 得到确认：两个方向都已关闭。",
    "LAST-ACK rcv_ack_of_fin": "本端的 FIN 是最后一个需要确认的报文段，它已得到确认：再没有什么可等的了。",
    "TIME-WAIT timeout_time_wait": "两倍的最长报文段寿命（2 MSL）已经过去：这个连接的旧报文段不可能还在网络中。",
    "SYN-RECEIVED rcv_rst if reopened": _OLD_AFTER_ALL,
    "SYN-RECEIVED rcv_syn_in_window if reopened": _OLD_AFTER_ALL,
    "TIME-WAIT rcv_new_syn": "TIME-WAIT 中收到一个只可能是新的 SYN：同一对套接字可以再次使用（MAY-2）。",
    "TIME-WAIT app_open_again": "应用程序用同一对套接字再次连接：靠时间戳分辨新旧报文段。",
}

_ENDING: Final = {
    **_each(_SYNCHRONIZED, "rcv_rst", "复位的序号是这一端所接受的，所以予以采信：连接立即消失。"),
    **_each(
        (State.LISTEN, State.SYN_SENT, State.CLOSING, State.LAST_ACK, State.TIME_WAIT),
        "app_abort",
        "用户中止连接；双方的 FIN 都已发出，或者连接尚未建立，因此没有谁需要复位。",
    ),
    **_each((State.SYN_RECEIVED, *ONE_WAY_OPEN), "app_abort", "用户中止连接：清空队列，并用复位告诉对端。"),
    **_each(ONE_WAY_OPEN, "app_close_unread", "用户没有读完已到达的数据就关闭了：用复位告诉对端，有数据丢失了。"),
    **_each(
        (State.FIN_WAIT_1, State.FIN_WAIT_2),
        "rcv_data_after_close",
        "数据到了，但用户已经彻底关闭：用复位告诉对端，不会有人读它。",
    ),
    **_each(_UNACKNOWLEDGED, "timeout_retransmission", "重传一直没有得到应答，直到上限 R2：放弃这个连接。"),
    **_each(_UNACKNOWLEDGED, "timeout_user", "数据或 FIN 未被确认的时间，已经达到用户愿意等待的上限。"),
    **_each(KEPT_ALIVE, "timeout_keep_alive", "保活探测没有得到应答：认为对端已经不在了。"),
    "FIN-WAIT-2 timeout_orphan": "已经没有用户，对端的 FIN 也一直没来：许多协议栈用自己的定时器结束 FIN-WAIT-2。",
}

_UNDER_LOAD: Final = {
    "SYN-RECEIVED rcv_syn_no_room": "SYN 队列（半连接队列）已满，而这是其中最旧的一个：它让位给较新的 SYN，谁也不会得到通知。",
    "SYN-RECEIVED rcv_ack_no_room": "握手已经完成，但等待 accept() 的连接太多，没有位置了：用复位告诉对端。",
}

_NOT_IN_THE_RFC: Final = {
    "LISTEN rcv_syn_two_way": "两次握手：只凭一个 SYN 就相信对方，尽管它可能是旧的，早已没有人当真。",
    "LISTEN rcv_syn_four_way": "四次握手：确认对端的 SYN 和发送自己的 SYN，各用一个报文段。",
    **_each(
        (State.SYN_RECEIVED, *ONE_WAY_OPEN),
        "snd_rst_lingering",
        "这一端复位了连接，但继续停留：在旧报文段不可能再到达之前，这一对套接字暂不使用。",
    ),
}

ROWS: Final = {**_OPENING, **_REFUSED_OR_WITHDRAWN, **_CLOSING, **_ENDING, **_UNDER_LOAD, **_NOT_IN_THE_RFC}
