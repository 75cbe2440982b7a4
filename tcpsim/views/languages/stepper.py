"""What the stepper says: its sentences about what happens, and the names of its buttons and panels, in each language.

Lives here: words. Sentences have places to fill in, in braces, the same in every language; states, flags, calls,
variables and units stay as the RFC has them.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepper:
    """The words of one language."""

    # ---- what happens
    beginning: str
    calls: str  # host, call
    returned: str  # host, result
    sends: str  # host, label
    injected: str  # host, label
    arrives: str  # host, label
    arrives_again: str  # host, label
    lost: str  # label
    dropped: str  # host, caption
    moved: str  # host, source, destination
    timer_starts: str  # host, timer, time
    timer_stops: str  # host, timer
    timer_expires: str  # host, timer
    readable: str  # host, octets
    told: str  # host, signal
    happened: str  # host, what
    # ---- what stands there
    listener: str  # port
    connection: str  # port, remote
    nobody: str  # nothing is open
    more: str  # count
    down: str
    unplugged: str
    half_open: str
    waiting: str
    unsent: str
    unacknowledged: str
    unread: str
    in_flight: str
    nothing_in_flight: str
    left: str  # time
    gone: str  # time, of
    before: str  # value
    # ---- the frame around it
    stepper: str
    diagram: str
    ends: str
    controls: str
    step: str  # number, count
    first: str
    back: str
    play: str
    pause: str
    forward: str
    last: str
    slider: str
    speed: str
    smaller: str
    larger: str
    keys: str
    no_script: str


_EN: Final = Stepper(
    beginning="Nothing has happened yet.",
    calls="{host} calls {call}",
    returned="{host}: {result}",
    sends="{host} sends {label}",
    injected="Nobody's TCP sends {label} to {host}",
    arrives="{label} arrives at {host}",
    arrives_again="{label} arrives at {host} once more",
    lost="{label} never arrives",
    dropped="{host} drops it: {caption}",
    moved="{host}: {source} → {destination}",
    timer_starts="{host} starts a timer: {timer}, {time}",
    timer_stops="{host} stops its timer: {timer}",
    timer_expires="{host}: a timer expires: {timer}",
    readable="{host} can read {octets}",
    told="{host} is told: {signal}",
    happened="{host}: {what}",
    listener="port {port}",
    connection="port {port} ↔ {remote}",
    nobody="CLOSED: there is no TCB",
    more="and {count} more",
    down="The host is down.",
    unplugged="The cable is out.",
    half_open="half-open",
    waiting="for accept()",
    unsent="unsent",
    unacknowledged="unacked",
    unread="unread",
    in_flight="In flight",
    nothing_in_flight="Nothing is in flight.",
    left="{time} left",
    gone="{time} of {of}",
    before="before: {value}",
    stepper="Step by step",
    diagram="Sequence diagram; choose a place to go there",
    ends="Both ends",
    controls="Controls",
    step="step {number} of {count}",
    first="First step",
    back="One step back",
    play="Play",
    pause="Pause",
    forward="One step on",
    last="Last step",
    slider="Step",
    speed="Speed",
    smaller="Smaller diagram",
    larger="Larger diagram",
    keys="Keys: ← → one step, Home and End, Space plays, + − size.",
    no_script="To go step by step, this page needs JavaScript. The whole conversation is drawn here all the same.",
)

_ZH: Final = Stepper(
    beginning="还没有发生任何事。",
    calls="{host} 调用 {call}",
    returned="{host}：{result}",
    sends="{host} 发送 {label}",
    injected="不是任何一方 TCP 发出的 {label}，正发往 {host}",
    arrives="{label} 到达 {host}",
    arrives_again="{label} 再次到达 {host}",
    lost="{label} 没有到达",
    dropped="{host} 丢弃它：{caption}",
    moved="{host}：{source} → {destination}",
    timer_starts="{host} 启动定时器：{timer}，{time}",
    timer_stops="{host} 停止定时器：{timer}",
    timer_expires="{host}：定时器到期：{timer}",
    readable="{host} 可以读取 {octets}",
    told="{host} 得知：{signal}",
    happened="{host}：{what}",
    listener="端口 {port}",
    connection="端口 {port} ↔ {remote}",
    nobody="CLOSED：没有 TCB",
    more="另有 {count} 个",
    down="主机已停机。",
    unplugged="网线已拔出。",
    half_open="半连接",
    waiting="等待 accept()",
    unsent="未发送",
    unacknowledged="未确认",
    unread="未读取",
    in_flight="传输中",
    nothing_in_flight="没有传输中的报文段。",
    left="还剩 {time}",
    gone="{time} / {of}",
    before="之前：{value}",
    stepper="逐步演示",
    diagram="时序图；点击某处即可跳到那一步",
    ends="连接两端",
    controls="控制",
    step="第 {number} 步，共 {count} 步",
    first="第一步",
    back="后退一步",
    play="播放",
    pause="暂停",
    forward="前进一步",
    last="最后一步",
    slider="步骤",
    speed="速度",
    smaller="缩小图",
    larger="放大图",
    keys="按键：← → 逐步，Home 和 End 到首尾，空格播放，+ − 缩放。",
    no_script="逐步演示需要 JavaScript。完整的时序图仍显示在这里。",
)

_STEPPERS: Final = {"en": _EN, "zh": _ZH}


def stepper_words(code: str) -> Stepper:
    """The stepper's words in the language of this code. Raises ValueError, saying which there are, for another."""
    from tcpsim.views.languages import language

    return _STEPPERS[language(code).code]
