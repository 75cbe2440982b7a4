"""简体中文: the sentences of explanations, but for those that the tables of TCP have."""

from typing import Final

from tcpsim.views.languages.reasons import Reasons

REASONS: Final = Reasons(
    title="为什么",
    nothing="没有发生需要解释的事情。",
    syn_takes="SYN 本身占用序号 {seq}（实际值 {wire}），因此数据的第一个字节的序号将是 {next}。",
    acks_syn="确认号是 {ack}（实际值 {wire_ack}），因为 SYN 占用了序号 {number}（{wire}）：确认号是期望收到的下一个序号。",
    ack_takes_none="单纯的 ACK 不占用序号：数据的第一个字节的序号将是 {seq}，与这个 ACK 的序号相同。",
    syn_acknowledged="它的确认号 {ack} 覆盖了本端的 SYN，SYN 占用的序号是 {number}。",
    fin_takes="FIN 像一个字节那样占用序号 {seq}，因此对它的确认号将是 {next}。",
    fin_takes_after_data=(
        "这个报文段从序号 {first} 开始，带有 {octets}数据，其后的 FIN 占用序号 {seq}：对它的确认号将是 {next}。"
    ),
    acks_fin="确认号是 {ack}，因为 FIN 占用了序号 {number}。",
    acks_fin_after_data=(
        "确认号是 {ack}，因为那个报文段从序号 {first} 开始，带来 {octets}数据，其后的 FIN 占用了序号 {number}。"
    ),
    fin_acknowledged="它的确认号 {ack} 覆盖了本端的 FIN，FIN 占用的序号是 {number}。",
    until="这里 2 MSL 是 {time}：一直等到 {end} s。",
    sent_in_vain="{label} 一共发送了 {count} 次，都没有结果；第一次是在 {start} s。",
    by_timer="在重传超时时间（RTO）{time}之内没有等到对它的确认：用同样的序号再次发送（超时重传）。",
    doubles="超时时间加倍（退避）：现在等待 {time}。",
    same_again="再次等待 {time}。",
    next_wait="现在等待 {time}。",
    three_duplicates=(
        "三个重复的 ACK（确认号都是 {ack}）说明：以这个序号开始的报文段没有到，而后面的到了。不等定时器到期，"
        "立即重传（快速重传）。"
    ),
    partial="确认号 {ack} 只覆盖了发现丢失之前所发送的一部分：从 {ack} 开始的也丢失了，立即重传。",
    tail_loss="它后面没有再发送什么，无从得知它是否丢失；因此等待 {time}（短于重传超时时间）后就发送尾部丢失探测。",
    syn_again="对端的 SYN 又来了：本端的应答可能丢失了，因此不等定时器到期就再次发送。",
    fin_again="对端的 FIN 与本端的 FIN 交错：这个协议栈把自己的 FIN 连同对对端 FIN 的确认再发送一次。",
    window_opened="窗口重新打开：先前被窗口拒绝的数据立即再次发送。",
    text_again="对端确认了本端的 SYN，但没有确认随它一起发送的数据：数据再次发送。",
    again="用同样的序号再次发送。",
    window_probe="对端的窗口关闭了（零窗口）。窗口重新打开的通知可能丢失，那样双方就会永远等下去：所以每隔一段时间探测一次。",
    keep_alive_probe="很久没有收到任何报文段了。探测用的是旧序号，如果对端还保有这个连接，就必须应答。",
    delayed="确认延迟了 {time}：本来可以由数据捎带，但没有数据要发送。",
    override="窗口只剩很小的空间。本来可能会变大；等待 {time}之后，能放下多少就发送多少。",
    starts_2msl_again="最后一个 ACK 不得不再次发送，因此 2 MSL（{time}）重新计时：一直等到 {end} s。",
    expected_number="它从序号 {seq} 开始，而期望的下一个序号是 {next}。",
    only_sent_up_to="它确认到 {ack}，而要发送的下一个序号才是 {next}。",
    answered="应答是 {label}。",
    loss={
        "loss": "网络随机地丢失了它。",
        "dropped by fault": "网络丢失了它：实验瞄准的正是这个报文段。",
        "corrupted": "它在途中出错：校验和不对，TCP 还没有处理就被丢弃。",
        "no such host": "没有主机使用它的目的地址：永远不会有人应答。",
        "host down": "目的主机已停机：没有人应答。",
        "unplugged": "网线已拔出：什么也通不过，而且谁也得不到通知。",
        "forgotten by a middlebox": "中间设备（NAT、防火墙）已经遗忘了这个空闲的会话：它丢弃自己不认识的报文段。",
        "": "网络丢失了它。",
    },
    told_by_silence="发送方只能从迟迟不来的确认中察觉。",
    ack_is_not_repeated="单纯的 ACK 不占用序号，自己不会被重传：下一个 ACK 会说同样的话，而且更多。",
    reset_is_not_repeated="复位不会重传：对端如果不再发送什么，就不会知道它。",
    twice="网络把它送达了两次，第一次是在 {first} s。TCP 凭序号认出它。",
    injected="没有哪个 TCP 发送过它：是实验把它放到网络上的，就像一个旧的重复报文段，或者出自伪造者之手。",
    happened={
        "crash": "主机失去了关于连接的一切，而且没有通知任何人：它的对端现在持有的是半开连接。",
        "reboot": "主机回来了，但不记得任何连接：凡是属于连接的报文段，它都用复位回应。",
        "kill": "程序被杀死：由内核关闭套接字，发送 FIN；如果还有未读的数据，则发送复位。",
        "unplug": "网线被拔出：什么也发不出去，什么也收不到，而 TCP 并不知道。",
        "plug": "网线重新插上：从现在起，发送的报文段可以通过。",
    },
    icmp="网络告诉发送方为什么没有送达一个报文段（{error}）。",
    call_failed={
        "EADDRINUSE": "地址已被占用：被一个监听者，或者被一个可能还在 TIME-WAIT 的连接。",
        "EADDRNOTAVAIL": "没有可用的本地端口：每一对套接字只能由一个连接使用。",
        "ECONNABORTED": "程序还没有 accept，连接就已经不在了。",
        "ECONNREFUSED": "这个调用得知连接被拒绝：那里没有人监听。",
        "ECONNRESET": "这个调用得知连接已被复位。",
        "EDESTADDRREQ": "这个调用没有说要连接谁。",
        "EHOSTUNREACH": "这个调用得知网络无法到达那台主机。",
        "EINVAL": "这个套接字没有在监听，所以没有什么可以接受或停止。",
        "EISCONN": "这个套接字已经有一个连接。",
        "EMSGSIZE": "这个调用得知网络容不下这么长的分组。",
        "ENETUNREACH": "没有通往那个网络的路，或者那个地址不属于单个主机。",
        "ENOPROTOOPT": "这个调用得知那台主机没有 TCP。",
        "ENOTCONN": "没有可供这个调用使用的连接。",
        "EOPNOTSUPP": "这个调用得知网络拒绝了指定的路由。",
        "EPIPE": "不能再发送了：这一端已经关闭，或者连接已经结束。",
        "EPROTO": "这个调用得知网络无法理解分组的首部。",
        "ETIMEDOUT": "这个调用得知连接已被放弃：没有人及时应答。",
        "": "调用失败。",
    },
    not_as_expected="程序预期的是 {errno}，于是在这里停下。",
)
