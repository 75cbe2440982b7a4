"""简体中文 (Simplified Chinese), in the terms of Chinese textbooks on networks.

States, flags, calls, errnos, units and names of RFCs stay Latin, as those textbooks write them.
"""

from typing import Final

from tcpsim.views.languages.record import Language
from tcpsim.views.languages.words import Words
from tcpsim.views.languages.zh_news import NEWS
from tcpsim.views.languages.zh_reasons import REASONS
from tcpsim.views.languages.zh_refusals import REFUSALS
from tcpsim.views.languages.zh_rows import ROWS

_WORDS: Final = Words(
    time="时间",
    who="主机",
    state="状态",
    what="事件",
    expected="预期",
    seen="实际",
    held="成立",
    did_not_hold="不成立",
    no_idle_fault="场景中写下的每一项都起了作用",
    ends_by_itself="运行自行结束",
    untitled="未命名",
    changed="{profile}（有改动）",
    delay="时延 {time}",
    delays_differ="各路径时延不同",
    seed="种子 {seed}",
    lost="丢失",
    lost_because="丢失：{why}",
    under_way="仍在途中",
    duplicate="重复副本",
    dropped="丢弃：{caption}",
    dropped_segment="{flags} 被丢弃：{caption}",
    injected="注入",
    injected_from="注入，来自 {address}",
    to="发往 {address}",
    retransmission="第 {attempt} 次重传",
    fast_retransmission="快速重传，第 {attempt} 次",
    probe="{purpose}探测",
    after_timer="{what},{timer} {time}",
    after="{what}，等待了 {time}",
    delayed="延迟 {time}",
    starts_2msl_again="2MSL 重新计时",
    overtaken="被后发的超越，{time} 到达",
    late="迟到，{time} 到达",
    returned="{call} 返回",
    in_progress="进行中",
    not_as_expected="没有出现预期的 {errno}",
    octets="{count:,} 字节",
    one_octet="1 字节",
    time_wait_over="2MSL 结束（{time}）",
    expired="{timer} 到期（{time}）",
    of_port="{words}（端口 {port}）",
    later="{time}之后",
    listener="监听",
    port="端口 {port}",
    sent_at="{time} s 发出",
    arrived_at="{time} s 到达",
    dropped_because="丢弃：{why}",
    because="{why}({section})",
    state_title="{host} {state},{since}",
    since="自 {time} s 起",
    at_first="起初",
    timer_title="{host}：{timer} {time}，{start} s 启动，{outcome}",
    blocked_until="{host}：{call} 自 {start} s 阻塞到 {end} s",
    blocked_for_ever="{host}：{call} 自 {start} s 阻塞，一直没有返回",
    nothing_happens="从 {start} s 到 {end} s 什么也没有发生。",
    in_no_rfc="RFC 9293 中没有这一行",
)

LANGUAGE: Final = Language(
    code="zh",
    name="简体中文",
    words=_WORDS,
    reasons=REASONS,
    rows=ROWS,
    refusals=REFUSALS,
    news=NEWS,
    icmp={
        "network unreachable": "网络不可达",
        "host unreachable": "主机不可达",
        "protocol unreachable": "协议不可达",
        "port unreachable": "端口不可达",
        "fragmentation needed": "需要分片",
        "source route failed": "源路由失败",
        "time exceeded": "超时",
        "parameter problem": "参数问题",
        "source quench": "源点抑制",
    },
    losses={
        "corrupted": "出错",
        "no such host": "没有这台主机",
        "host down": "主机已停机",
        "unplugged": "网线已拔出",
        "forgotten by a middlebox": "中间设备已遗忘该会话",
    },
    happenings={
        "crash": "主机崩溃",
        "reboot": "主机重启",
        "kill": "程序被杀死",
        "unplug": "拔出网线",
        "plug": "插回网线",
    },
    timers={
        "RETRANSMISSION": "RTO",
        "PERSIST": "坚持定时器",
        "DELAYED_ACK": "延迟确认",
        "TIME_WAIT": "2MSL",
        "ORPHAN": "孤儿连接超时",
        "KEEP_ALIVE": "保活定时器",
        "USER": "用户超时",
    },
    outcomes={
        "expired": "已到期",
        "stopped": "已停止",
        "restarted": "重新启动",
        "lost": "随主机崩溃消失",
        "running": "仍在计时",
    },
    probes={"window": "窗口", "keep-alive": "保活", "tail-loss": "尾部丢失"},
)
