"""The encoder as torch trains it. `graph.py` writes the same arithmetic as an ONNX file."""

import torch
from torch import nn
from torch.nn import functional

LAYERS, HIDDEN, ATTENDING, INNER = 6, 384, 12, 1536
POSITIONS = 128
DROPPED = 0.1
"""Share of numbers left out while training, so that no single one is relied on."""
_TINY = 1e-12


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.ask = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.answer = nn.Linear(HIDDEN, HIDDEN)
        self.after_answer = nn.LayerNorm(HIDDEN, eps=_TINY)
        self.widen = nn.Linear(HIDDEN, INNER)
        self.narrow = nn.Linear(INNER, HIDDEN)
        self.after_narrow = nn.LayerNorm(HIDDEN, eps=_TINY)

    def forward(self, state: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
        """`state`: texts x pieces x HIDDEN; `present`: texts x 1 x 1 x pieces, false where padded."""
        texts, pieces, _ = state.shape
        parts = self.ask(state).view(texts, pieces, 3, ATTENDING, HIDDEN // ATTENDING)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=present)
        seen = self.answer(seen.transpose(1, 2).reshape(texts, pieces, HIDDEN))
        state = self.after_answer(state + _drop(seen, self.training))
        inner = self.narrow(functional.gelu(self.widen(state)))
        result: torch.Tensor = self.after_narrow(state + _drop(inner, self.training))
        return result


class Network(nn.Module):
    def __init__(self, pieces: int, heads: int) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, HIDDEN)
        self.positions = nn.Embedding(POSITIONS, HIDDEN)
        self.sides = nn.Embedding(2, HIDDEN)
        self.after_words = nn.LayerNorm(HIDDEN, eps=_TINY)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.heads = nn.Linear(2 * HIDDEN, heads)
        nn.init.normal_(self.heads.weight, std=0.02)
        nn.init.zeros_(self.heads.bias)

    def forward(self, pieces: torch.Tensor, context: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Logits, texts x heads. `pieces` and `context`: texts x pieces; `lengths`: pieces of each text."""
        longest = pieces.shape[1]
        inside = torch.arange(longest)[None] < lengths[:, None]
        state = self.words(pieces) + self.positions.weight[:longest] + self.sides(context)
        state = _drop(self.after_words(state), self.training)
        for layer in self.layers:
            state = layer(state, inside[:, None, None, :])
        weight = inside[..., None].to(state.dtype)
        mean = (state * weight).sum(1) / weight.sum(1)
        both = torch.cat([state[:, 0], mean], dim=1)
        result: torch.Tensor = self.heads(_drop(both, self.training))
        return result


def _drop(numbers: torch.Tensor, training: bool) -> torch.Tensor:
    """Dropout by uniform numbers, which on a processor costs half of what torch's own does."""
    if not training:
        return numbers
    kept = (torch.empty(numbers.shape).uniform_() >= DROPPED).to(numbers.dtype)
    return numbers * (kept / (1 - DROPPED))
