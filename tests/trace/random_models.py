"""Random small models: each built from a description that prints as Python, so that a failure can be replayed.

`build(Description(...))` is all a replay takes. A step that does not fit the tensor it meets is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.checkpoint import checkpoint

from .modules import Written

LARGEST = 6000
"""Elements of a tensor, at most."""

EDGE = 0.123
"""What values are compared with: a normalised tensor's sum is 0 or not by how it was rounded."""


@dataclass(frozen=True)
class Step:
    """What a model does next: a kind below, three small numbers that its sizes are made of, and steps inside it."""

    kind: str
    numbers: tuple[int, int, int] = (0, 0, 0)
    inner: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Description:
    """A model and its call: the input's shape, the steps, what is returned and how the input is passed."""

    shape: tuple[int, ...]
    steps: tuple[Step, ...]
    output: str = "tensor"
    call: str = "positional"

    def as_json(self) -> dict[str, Any]:
        """Plain data, which `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Description:
        """The description of plain data."""

        def step(given: Mapping[str, Any]) -> Step:
            a, b, c = given["numbers"]
            return Step(given["kind"], (a, b, c), tuple(map(step, given["inner"])))

        return cls(tuple(data["shape"]), tuple(map(step, data["steps"])), data["output"], data["call"])


Make = Callable[[Tensor, int, int, int], nn.Module | None]
MAKES: dict[str, Make] = {}
"""The kinds of steps: each makes a module for the tensor that it meets, or nothing."""


def step(make: Make) -> Make:
    """Register a kind under its function's name."""
    MAKES[make.__name__.strip("_")] = make
    return make


def at_rank(rank: int) -> Callable[[Make], Make]:
    """Register a kind that takes tensors of one rank: others are flattened or get axes of size 1."""

    def register(make: Make) -> Make:
        def fitted(x: Tensor, a: int, b: int, c: int) -> nn.Module | None:
            made = make(_at_rank(x, rank), a, b, c)
            return None if made is None else nn.Sequential(Written(lambda _, t: _at_rank(t, rank)), made)

        fitted.__name__ = make.__name__
        step(fitted)
        return make

    return register


def _at_rank(x: Tensor, rank: int) -> Tensor:
    while x.dim() > rank:
        x = x.flatten(-2)
    while x.dim() < rank:
        x = x.unsqueeze(-1)
    return x


def written(function: Callable[[Tensor], Any]) -> nn.Module:
    """A module of a function of a tensor."""
    return Written(lambda _, x: function(x))


def _weight(*shape: int) -> Tensor:
    return torch.randn(*shape) / 4


# Layers ---------------------------------------------------------------------------------------------------------------


def _window(x: Tensor, rank: int, a: int, b: int) -> dict[str, Any]:
    kernel = tuple(min(1 + (a + axis) % 3, size) for axis, size in enumerate(x.shape[2:]))
    return {"kernel_size": kernel, "stride": tuple(1 + (b + axis) % 2 for axis in range(rank))}


def _convolution(rank: int) -> None:
    def make(x: Tensor, a: int, b: int, c: int) -> nn.Module:
        made: nn.Module = getattr(nn, f"Conv{rank}d")(
            x.shape[1], 1 + c % 7, **_window(x, rank, a, b), padding=b % 2, bias=a % 2 == 0
        )
        return made

    def grouped(x: Tensor, a: int, b: int, c: int) -> nn.Module:
        made: nn.Module = getattr(nn, f"Conv{rank}d")(
            x.shape[1], x.shape[1] * (1 + c % 2), **_window(x, rank, a, b), padding=1, groups=x.shape[1]
        )
        return made

    def dilated(x: Tensor, a: int, b: int, c: int) -> nn.Module:
        padding, mode = ("same", "zeros") if b % 2 else (2, ("zeros", "circular", "reflect")[c % 3])
        kernel = _window(x, rank, a, b)["kernel_size"]
        made: nn.Module = getattr(nn, f"Conv{rank}d")(
            x.shape[1], 1 + c % 5, kernel, padding=padding, dilation=2, padding_mode=mode
        )
        return made

    def transposed(x: Tensor, a: int, b: int, c: int) -> nn.Module:
        groups = x.shape[1] if c % 2 else 1
        made: nn.Module = getattr(nn, f"ConvTranspose{rank}d")(
            x.shape[1], groups * (1 + c % 3), **_window(x, rank, a, b), groups=groups
        )
        return made

    def unbatched(x: Tensor, a: int, b: int, c: int) -> nn.Module:
        conv = getattr(nn, f"Conv{rank}d")(x.shape[1], 1 + c % 4, **_window(x, rank, a, b))
        return Written(lambda m, t: m.conv(t[0])[None], conv=conv)

    for each in (make, grouped, dilated, transposed, unbatched):
        each.__name__ = f"conv{rank}d" if each is make else f"{each.__name__}{rank}d"
        at_rank(rank + 2)(each)


for _rank in (1, 2, 3):
    _convolution(_rank)


@step
def linear(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    return nn.Linear(x.shape[-1], 1 + a % 9, bias=b % 2 == 0)


@step
def bilinear(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    return Written(lambda m, t: m.both(t, t), both=nn.Bilinear(x.shape[-1], x.shape[-1], 1 + a % 3))


@step
def norm(x: Tensor, a: int, b: int, c: int) -> nn.Module | None:
    if x.dim() < 2:
        return None
    channels, last = x.shape[1], x.shape[-1]
    batch = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}.get(x.dim())
    made = [
        nn.LayerNorm(last),
        nn.GroupNorm(1, channels, affine=b % 2 == 0),
        nn.RMSNorm(last),
        *([batch(channels, affine=b % 2 == 0)] if batch else []),
    ]
    return made[a % len(made)]


@at_rank(4)
def pooling(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    kernel: Any = tuple(min(1 + b % 3, size) for size in x.shape[2:])
    return [
        nn.MaxPool2d(kernel, 1 + c % 2),
        nn.AvgPool2d(kernel, 1 + c % 2),
        nn.AdaptiveAvgPool2d((1 + b % 3, 1 + c % 2)),
        nn.AdaptiveMaxPool2d(1 + b % 3),
        nn.LPPool2d(2, kernel),
    ][a % 5]


@step
def activation(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    return [nn.ReLU(), nn.GELU(), nn.SiLU(), nn.Softmax(-1), nn.Hardswish(), nn.Dropout(), nn.PReLU(), nn.Tanh()][a % 8]


@at_rank(4)
def resized(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    return [nn.Upsample(scale_factor=2), nn.Upsample(size=(3 + b % 3, 2), mode="bilinear"), nn.PixelUnshuffle(1)][a % 3]


# Attention and recurrence ---------------------------------------------------------------------------------------------


def _heads(width: int, a: int) -> int:
    return max(h for h in (1, 2, 3) if width % h == 0 and h <= 1 + a % 3)


def _attention(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    attention = nn.MultiheadAttention(
        x.shape[-1], _heads(x.shape[-1], a), bias=b % 2 == 0, batch_first=c % 2 == 0, add_zero_attn=c % 5 == 4
    )
    need = b % 3 == 0
    return Written(lambda m, t: m.attention(t, t, t, need_weights=need)[0], attention=attention)


@at_rank(3)
def attention(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    return _attention(x, a, b, c)


@at_rank(3)
def encoder(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    layer = nn.TransformerEncoderLayer(
        x.shape[-1], _heads(x.shape[-1], a), 4 + b % 5, batch_first=c % 3 != 0, norm_first=c % 2 == 0
    )
    return layer if a % 2 else nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


@at_rank(3)
def decoder(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    layer = nn.TransformerDecoderLayer(x.shape[-1], _heads(x.shape[-1], a), 4 + b % 5, batch_first=True)
    return Written(lambda m, t: m.layer(t, t), layer=layer)


@at_rank(3)
def fused_attention(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    def attend(t: Any) -> Any:
        heads = t[:, None].expand(-1, 2, -1, -1)
        mask = torch.ones(t.shape[1], t.shape[1], dtype=torch.bool).tril() if b % 3 == 1 else None
        keys = heads[:, :1] if c % 2 else heads
        return F.scaled_dot_product_attention(
            heads, keys, keys, mask, is_causal=b % 3 == 2, enable_gqa=c % 2 == 1
        ).flatten(0, 1)

    return written(attend)


@at_rank(3)
def written_attention(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    def attend(m: Any, t: Any) -> Any:
        batch, length, width = t.shape
        q, k, v = m.qkv(t).reshape(batch, length, 3, 1, width).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1)) * q.size(-1) ** -0.5
        return (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, -1)

    return Written(attend, qkv=nn.Linear(x.shape[-1], 3 * x.shape[-1]))


@at_rank(3)
def recurrent(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    kind = (nn.GRU, nn.LSTM, nn.RNN)[a % 3]
    layers = kind(x.shape[-1], 1 + b % 4, 1 + c % 2, batch_first=b % 2 == 0, bidirectional=c % 3 == 0)
    return Written(lambda m, t: m.layers(t)[0], layers=layers)


@at_rank(3)
def cells(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    width = 1 + b % 4
    cell = (nn.GRUCell, nn.LSTMCell, nn.RNNCell)[a % 3](x.shape[-1], width)

    def run(m: Any, t: Any) -> Any:
        state = None
        for number in range(t.shape[1]):
            state = m.cell(t[:, number], state)
        return state[0] if isinstance(state, tuple) else state

    return Written(run, cell=cell)


@step
def embedding(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    if b % 2:
        bag = nn.EmbeddingBag(5, 1 + a % 6, mode=("sum", "mean")[c % 2])
        return Written(lambda m, t: m.bag((t.flatten(1) > 0).long()), bag=bag)
    return Written(lambda m, t: m.table((t.mean(-1) > 0).long()), table=nn.Embedding(5, 1 + a % 6))


# Functions ------------------------------------------------------------------------------------------------------------


@at_rank(4)
def padding_from_shape(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    weight = _weight(1 + c % 4, x.shape[1], 1 + 2 * (a % 2), 3)
    return Written(lambda m, t: F.conv2d(t, m.weight, padding=m.weight.shape[-1] // 2), weight=weight)


@at_rank(4)
def padded_by_size(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    def run(m: Any, t: Any) -> Any:
        return m.conv(F.pad(t, (0, max(3 - t.shape[-1] % 3, 0), 1, 1)))

    return Written(run, conv=nn.Conv2d(x.shape[1], 2, 3))


@at_rank(4)
def unfolded(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    weight = _weight(1 + a % 4, x.shape[1] * 4)
    return Written(lambda m, t: m.weight @ F.unfold(t, 2, padding=1), weight=weight)


@at_rank(4)
def dynamic_weights(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    def run(m: Any, t: Any) -> Any:
        weight = m.maker(t.mean((2, 3))).view(-1, 1, 1, 2)
        return F.conv2d(t.flatten(0, 1)[None], weight, groups=t.shape[0] * t.shape[1])

    return Written(run, maker=nn.Linear(x.shape[1], 2 * x.shape[1]))


@at_rank(3)
def product(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    def mixed(t: Any) -> Any:
        turned = t.transpose(1, 2)
        ways: list[Callable[[], Any]] = [
            lambda: t @ turned,
            lambda: torch.bmm(t, turned),
            lambda: torch.einsum("bij,bkj->bik", t, t),
            lambda: torch.einsum("bij,bij->bi", t, t),
            lambda: torch.einsum("bij,bkj,bkl->bil", t, t, t),
            lambda: torch.baddbmm(t.new_ones(1, 1), t, turned, beta=0.5),
            lambda: torch.addmm(t.new_zeros(1), t[0], turned[0]),
            lambda: torch.addbmm(t.new_zeros(1), t, turned),
            lambda: torch.mv(t[0], t[0, 0]),
            lambda: torch.dot(t.flatten(), t.flatten())[None],
            lambda: torch.tensordot(t, t, dims=([2], [2])),
            lambda: torch.inner(t[0], t[0]),
            lambda: torch.linalg.multi_dot([t[0], turned[0], t[0]]),
            lambda: torch.mm(t[0], turned[0]),
            lambda: torch.kron(t[0], t.new_ones(1, 2)),
            lambda: torch.matmul(t, t[0, 0]),
            lambda: torch.matrix_power(t[0, : min(t.shape[1:]), : min(t.shape[1:])], 2),
        ]
        return ways[a % 17]()

    return written(mixed)


@step
def normalised_weight(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    layer: Any = nn.Linear(x.shape[-1], 1 + a % 5)
    if b % 2:
        normed: nn.Module = nn.utils.parametrizations.weight_norm(layer)
        return normed
    return Written(lambda m, t: F.linear(t, m.layer.weight / m.layer.weight.norm(dim=1, keepdim=True)), layer=layer)


@step
def sizes_as_numbers(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    stride: Any = torch.tensor([2.0, 3.0])

    def run(t: Any) -> Any:
        ways: list[Callable[[], Any]] = [
            lambda: t + torch.arange(t.shape[-1]),
            lambda: t.reshape(1, t.shape[0], -1),
            lambda: t + torch.full((t.shape[-1],), stride[0]),
            lambda: t + torch.zeros(t.shape[0], *[1] * (t.dim() - 1)),
            lambda: t / t.size(-1) ** 0.5,
            lambda: torch.cat(t.split(max(t.shape[-1] // 2, 1), -1), 0 if t.shape[-1] % 2 == 0 else -1),
            lambda: t + torch.linspace(0, 1, t.shape[-1]),
            lambda: t.view(t.shape[0], -1)[:, : t.numel() // t.shape[0] // 2 + 1],
            lambda: t.expand(2, *t.shape).flatten(0, 1),
            lambda: t + t.new_ones(t.shape[-1]).cumsum(0),
            lambda: t.flatten()[: len(t)],
            lambda: t * torch.tensor(t.shape[-1]),
            lambda: t + torch.tensor([float(n) for n in t.shape]).sum(),
            lambda: t.repeat(*[1] * (t.dim() - 1), 1 + t.shape[-1] % 2),
        ]
        return ways[a % 14]()

    return written(run)


@step
def types(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    def run(t: Any) -> Any:
        ways: list[Callable[[], Any]] = [
            lambda: torch.sigmoid((t > 0).long()),
            lambda: (t > 0).int() / 2,
            lambda: (t.double() @ t.double().transpose(-1, -2)).float() if t.dim() > 1 else t,
            lambda: t.half().float(),
            lambda: torch.where(t > 0, t, torch.tensor(1, dtype=torch.float64)).float(),
            lambda: F.one_hot((t.flatten(1) > 0).long(), 2).float(),
            lambda: (t > 0).float().softmax(-1),
            lambda: (t > 0).sum(-1, keepdim=True) * t,
            lambda: torch.exp((t > 0).to(torch.uint8)) + t,
            lambda: t.to(torch.bfloat16).to(torch.float32),
            lambda: t.masked_fill(t > 0, float("-inf")).softmax(-1).nan_to_num(),
            lambda: torch.sqrt((t > 0).long()).to(t.dtype),
            lambda: torch.cumsum(t > 0, -1).to(t),
        ]
        return ways[a % 13]()

    return written(run)


@step
def double_layer(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    layer = nn.Linear(x.shape[-1], 1 + a % 4).double()
    return Written(lambda m, t: m.layer(t.double()).float(), layer=layer)


@step
def sorting(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    def run(t: Any) -> Any:
        ways: list[Callable[[], Any]] = [
            lambda: t.sort(-1)[0],
            lambda: t.topk(1 + t.shape[-1] // 2, -1)[0],
            lambda: t.gather(-1, t.argsort(-1)),
            lambda: t.amax(-1),
            lambda: t.flip(-1).roll(1, -1),
            lambda: t.flatten()[t.argmax()][None, None],
            lambda: t.std(-1, keepdim=True) + t,
        ]
        return ways[a % 7]()

    return written(run)


# What depends on values, and on sizes ---------------------------------------------------------------------------------


@step
def branch_on_values(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    width = x.shape[-1]

    def run(m: Any, t: Any) -> Any:
        if b % 3 == 0:
            return m.yes(t) if t.sum() > EDGE else m.no(t)
        if b % 3 == 1:
            return m.yes(t) * float(t.mean())
        rounds = 0
        while bool(t.abs().max() > 1 + EDGE) and rounds < 4:
            t, rounds = m.yes(t) / 4, rounds + 1
        return t

    return Written(run, yes=nn.Linear(width, width), no=nn.Sequential(nn.Linear(width, 2), nn.Linear(2, width)))


@step
def picked_by_values(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    def run(m: Any, t: Any) -> Any:
        rows = t.flatten(0, -2)
        kept = rows[rows.sum(-1) > -EDGE] if b % 2 else rows[(rows[:, 0] * 0 == 0).nonzero()[:, 0]]
        return m.layer(kept)

    return Written(run, layer=nn.Linear(x.shape[-1], 1 + a % 4))


@step
def branch_on_sizes(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    def run(m: Any, t: Any) -> Any:
        found: Tensor = m.layer(t) if t.shape[0] > 1 or not m.training else t
        for _ in range(min(t.shape[-1], 3)):
            found = torch.tanh(found)
        return found

    return Written(run, layer=nn.Linear(x.shape[-1], 1 + a % 4))


@step
def stacked(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    layer = nn.Linear(x.shape[-1], 1 + a % 4)
    return Written(lambda m, t: torch.stack([m.layer(row) for row in t]), layer=layer)


@step
def buffer(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    made = Written(lambda m, t: t[..., m.index] @ m.table if b % 2 else t[..., m.index] * m.scale)
    made.register_buffer("index", torch.arange(x.shape[-1]).flip(0))
    made.register_buffer("table", _weight(x.shape[-1], 1 + a % 3))
    made.register_buffer("scale", torch.tensor(2.0))
    return made


@step
def device(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    def run(t: Any) -> Any:
        if b % 3 == 0:
            return t + torch.arange(t.shape[-1], device=t.device)
        if b % 3 == 1:
            return t @ t.transpose(-1, -2) if t.device.type == "cpu" and t.dim() > 1 else t
        return t + 1 if t.is_contiguous() else t.contiguous()

    return written(run)


@step
def parallel(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    parts = nn.ModuleList([nn.Linear(x.shape[-1], 1 + a % 3), nn.Linear(x.shape[-1], 1 + b % 3)])
    return Written(lambda m, t: torch.cat([part(t) for part in m.parts], -1), parts=parts)


@step
def unused(x: Tensor, a: int, b: int, c: int) -> nn.Module:
    def run(m: Any, t: Any) -> Any:
        m.aside(t)
        return t * 2

    return Written(run, aside=nn.Linear(x.shape[-1], 1 + a % 3))


# Steps around other steps ---------------------------------------------------------------------------------------------


def _no_grad(m: Any, x: Tensor) -> Any:
    with torch.no_grad():
        return m.inner(x)


def _autocast(m: Any, x: Tensor) -> Any:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return m.inner(x).float()


def _detached(m: Any, x: Tensor) -> Any:
    return m.inner(x.detach()) + m.inner(x).sum()


def _residual(m: Any, x: Tensor) -> Any:
    found = m.inner(x)
    return found + x if found.shape == x.shape else found


def _twice(m: Any, x: Tensor) -> Any:
    found = m.inner(x)
    return m.inner(found) if found.shape == x.shape else found


def _adds(module: nn.Module, args: Any, output: Any) -> Any:
    return output @ output.transpose(-1, -2) if output.dim() > 1 else output + 1


def _changes(module: nn.Module, args: Any) -> Any:
    return tuple(arg * 2 for arg in args)


def _doubled(inner: nn.Module) -> Callable[[Tensor], Any]:
    before = inner.forward
    return lambda x: before(x) * 2


AROUND: dict[str, Callable[[Any, Tensor], Any]] = {
    "plain": lambda m, x: m.inner(x),
    "no_grad": _no_grad,
    "residual": _residual,
    "twice": _twice,
    "checkpointed": lambda m, x: checkpoint(m.inner, x, use_reentrant=False),
    "autocast": _autocast,
    "detached": _detached,
    "frozen": lambda m, x: m.inner(x),
    "hooked": lambda m, x: m.inner(x),
    "changed before": lambda m, x: m.inner(x),
    "patched": lambda m, x: m.inner(x),
}


def _around(kind: str, inner: nn.Module) -> nn.Module:
    if kind == "frozen":
        inner.requires_grad_(False)
    elif kind == "hooked":
        inner.register_forward_hook(_adds)
    elif kind == "changed before":
        inner.register_forward_pre_hook(_changes)
    elif kind == "patched":
        inner.forward = _doubled(inner)
    return Written(AROUND[kind], inner=inner)


# The whole model ------------------------------------------------------------------------------------------------------


@dataclass
class Found:
    """What some models return."""

    first: Tensor
    second: Tensor | None = None


class Own:
    """An object of the user's own."""

    def __init__(self, first: Tensor) -> None:
        self.first = first


OUTPUTS: dict[str, Callable[[Tensor], Any]] = {
    "tensor": lambda x: x,
    "tuple": lambda x: (x, x.sum()),
    "list": lambda x: [x, x * 2],
    "dict": lambda x: {"first": x, "second": (x + 1,)},
    "dataclass": lambda x: Found(x),
    "none": lambda x: (x, None),
    "nothing": lambda x: None,
    "number": lambda x: (x, x.shape[0]),
    "own": lambda x: Own(x),
    "nested": lambda x: ((x, (x + 1, x)), x.mean()),
}
CALLS = ("positional", "keyword", "twice")


class Model(nn.Module):
    """The steps one after another, then an output."""

    def __init__(self, steps: list[nn.Module], output: str) -> None:
        super().__init__()
        self.steps, self.output = nn.ModuleList(steps), output

    def forward(self, x: Tensor, other: Tensor | None = None) -> Any:
        if other is not None:
            x = x + other
        for one in self.steps:
            x = one(x)
        return OUTPUTS[self.output](x)


@dataclass(frozen=True)
class Built:
    """A model in evaluation mode, with the arguments of one call."""

    model: nn.Module
    args: tuple[Tensor, ...]
    kwargs: dict[str, Tensor]

    @property
    def inputs(self) -> object:
        """The call, as `Inputs.of` reads it."""
        return self.kwargs or self.args


def build(description: Description) -> Built:
    """The model of a description, which is the same in every process."""
    torch.manual_seed(0)
    x = torch.randn(description.shape)
    steps, _ = _sequence(description.steps, x)
    model = Model(steps, description.output).eval()
    match description.call:
        case "keyword":
            return Built(model, (), {"x": x})
        case "twice":
            return Built(model, (x, x), {})
    return Built(model, (x,), {})


def _sequence(steps: tuple[Step, ...], x: Tensor) -> tuple[list[nn.Module], Tensor]:
    """Modules of those steps that fit, and what they return."""
    made: list[nn.Module] = []
    for one in steps:
        module = _made(one, x)
        found = None if module is None else _returned(module, x)
        if module is not None and found is not None:
            made.append(module)
            x = found
    return made, x


def _made(one: Step, x: Tensor) -> nn.Module | None:
    if one.kind in AROUND:
        inner, _ = _sequence(one.inner, x)
        return _around(one.kind, inner[0] if len(inner) == 1 else nn.Sequential(*inner)) if inner else None
    try:
        return MAKES[one.kind](x, *one.numbers)
    except (RuntimeError, ValueError, IndexError, AssertionError):
        return None


def _returned(module: nn.Module, x: Tensor) -> Tensor | None:
    with torch.random.fork_rng(devices=()):
        try:
            found = module.eval()(x.clone())
        except (RuntimeError, ValueError, IndexError, AssertionError):
            return None
    fits = isinstance(found, Tensor) and found.dim() and 0 < found.numel() <= LARGEST and found.is_floating_point()
    return found.detach() if fits else None


_numbers = st.tuples(*[st.integers(0, 23)] * 3)
_simple = st.builds(Step, st.sampled_from(sorted(MAKES)), _numbers)
_steps = st.recursive(
    _simple,
    lambda inner: st.one_of(
        _simple,
        st.builds(Step, st.sampled_from(sorted(AROUND)), inner=st.lists(inner, min_size=1, max_size=2).map(tuple)),
    ),
    max_leaves=3,
)
descriptions = st.builds(
    Description,
    st.lists(st.integers(1, 6), min_size=2, max_size=4).map(tuple),
    st.lists(_steps, min_size=1, max_size=5).map(tuple),
    st.one_of(st.just("tensor"), st.sampled_from(sorted(OUTPUTS))),
    st.one_of(st.just("positional"), st.sampled_from(CALLS)),
)
"""Descriptions of models; hypothesis prints the simplest that fails."""
