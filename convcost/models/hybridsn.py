"""HybridSN (Roy et al. 2019, arXiv 1902.06701) as a PyTorch module, with batch norms or an SE block on request."""

from torch import Tensor, nn


class SqueezeExcite(nn.Module):
    """Scales each channel by a gate computed from all channels' means (Hu et al. 2017, figure 1)."""

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, channels // reduction, 1, bias=False),
            nn.ReLU(),
            nn.Conv2d(channels // reduction, channels, 1, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """The same map, reweighted."""
        gate: Tensor = self.gate(x)
        return x * gate


class HybridSN(nn.Module):
    """Windows (N, 1, bands, S, S) to class probabilities (N, classes)."""

    def __init__(
        self,
        bands: int = 30,
        window: int = 25,
        classes: int = 16,
        norm: bool = False,
        se: bool = False,
        spectral_bias: bool = True,
    ) -> None:
        super().__init__()
        spectral: list[nn.Module] = []
        for inputs, outputs, taps in ((1, 8, 7), (8, 16, 5), (16, 32, 3)):
            spectral.append(nn.Conv3d(inputs, outputs, (taps, 3, 3), bias=spectral_bias))
            spectral += [nn.BatchNorm3d(outputs), nn.ReLU()] if norm else [nn.ReLU()]
        # 6, 4 and 2 bands are lost to the kernels, and two pixels a convolution.
        spatial: list[nn.Module] = [nn.Conv2d(32 * (bands - 12), 64, 3)]
        spatial += [nn.BatchNorm2d(64), nn.ReLU()] if norm else [nn.ReLU()]
        if se:
            spatial.append(SqueezeExcite(64))
        self.spectral, self.spatial = nn.Sequential(*spectral), nn.Sequential(*spatial)
        self.classifier = nn.Sequential(
            nn.Linear(64 * (window - 8) ** 2, 256),
            nn.ReLU(),
            nn.Dropout(0.4),
            nn.Linear(256, 128),
            nn.ReLU(),
            nn.Dropout(0.4),
            nn.Linear(128, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Class probabilities."""
        x = self.spatial(self.spectral(x).flatten(1, 2))
        scores: Tensor = self.classifier(x.flatten(1))
        return scores.softmax(dim=1)


def hybridsn(*, bands: int, window: int, classes: int, variant: str, **_: object) -> nn.Module:
    """Build the model; the batch is the input's."""
    norm, bias = variant in ("batch-norm", "no-bias"), variant != "no-bias"
    return HybridSN(bands, window, classes, norm=norm, se=variant == "se", spectral_bias=bias)
