"""简体中文: what the signals of `tcpsim.tcp.signals` say, and what they mean to the user."""

from typing import Final

from tcpsim.views.languages.record import News

NEWS: Final = {
    "END_OF_STREAM": News(
        "对端关闭连接", "对端的 FIN 表示不会再有数据：读完已到达的数据之后，读操作返回流的结尾（EOF）。"
    ),
    "CONNECTION_RESET": News("连接被复位", "连接被复位：正在等待的调用返回错误，尚未送达的数据丢失。"),
    "RESET_IN_SYN_SENT": News(
        "连接被复位", "SYN 换来一个复位：主机在，但那个端口上没有人监听，或者监听者不再接受连接。"
    ),
    "CONNECTION_REFUSED": News("连接被拒绝", "握手还没有完成就收到复位：对端拒绝了连接。"),
    "USER_TIMEOUT": News("用户超时，连接中止", "已发送的数据未被确认的时间超过了用户允许的上限：告诉用户，连接结束。"),
    "RETRANSMISSION_TIMEOUT": News("达到 R2 仍无应答，连接中止", "达到上限 R2：告诉用户对端没有应答，连接结束。"),
    "KEEP_ALIVE_TIMEOUT": News("保活探测无应答，连接中止", "保活探测都没有得到应答：告诉用户对端已经不在，连接结束。"),
    "SOFT_ERROR": News("达到 R1，继续重传", "达到上限 R1：途中可能出了问题。IP 层应当另找路由；TCP 则继续重传。"),
    "SENDS_CLOSED": News("连接正在关闭", "排队的数据还没能发出，用户就关闭了：这些数据永远不会发出。"),
    "SENDS_RESET": News("连接被复位", "连接由这一端中止：排队而尚未发出的数据永远不会发出。"),
    "URGENT_DATA": News("紧急数据", "紧急指针指向尚未读到的位置：通知用户尽快读到那里。"),
    "SOURCE_QUENCH": News("源点抑制已无人理会", "源点抑制曾用来要求发送方放慢。TCP 必须忽略它：任何人都能伪造。"),
    "ICMP_OUT_OF_THE_BLUE": News(
        "ICMP 所指的报文段不在途中：旧的或伪造的", "这个差错报文引用的序号不在途中：它是旧的或伪造的，不予理会。"
    ),
    "SYN_COOKIE_SENT": News(
        "SYN cookie：什么也不保存", "监听者不为这个 SYN 保存任何东西：以后需要知道的，全在 SYN-ACK 的序号里。"
    ),
    "SYN_COOKIE_CAME_BACK": News("SYN cookie 回来了", "确认带回了 cookie：根据它建立起此前没有人记得的连接。"),
    "ICMP_ENDS": News("连接中止：{error}", "网络报告报文段没有送达（{error}）：告诉用户，连接结束。"),
    "ICMP_NEWS": News("记下：{error}", "网络报告报文段没有送达（{error}）：这可能是暂时的，TCP 把它记下，继续工作。"),
}
