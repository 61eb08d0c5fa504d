"""AlexNet (Krizhevsky et al. 2012) as a PyTorch module; the later single tower is torchvision's `alexnet`."""

from torch import Tensor, nn

from convcost.models.torchvision_and_timm import torchvision_model


class AlexNet(nn.Module):
    """Images (N, 3, R, R) to class probabilities (N, K). `groups` is 2 on the paper's two GPUs."""

    def __init__(self, resolution: int = 227, classes: int = 1000, groups: int = 2) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 96, 11, stride=4),
            nn.ReLU(),
            nn.LocalResponseNorm(5, k=2),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(96, 256, 5, padding=2, groups=groups),
            nn.ReLU(),
            nn.LocalResponseNorm(5, k=2),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(256, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 384, 3, padding=1, groups=groups),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1, groups=groups),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
        )
        side = resolution
        for kernel, stride in ((11, 4), (3, 2), (3, 2), (3, 2)):
            side = (side - kernel) // stride + 1
        self.classifier = nn.Sequential(
            nn.Dropout(),
            nn.Linear(256 * side * side, 4096),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Class probabilities."""
        scores: Tensor = self.classifier(self.features(x).flatten(1))
        return scores.softmax(dim=1)


def _one_tower(classes: int, fourth: int) -> nn.Module:
    model = torchvision_model("alexnet", num_classes=classes)
    if fourth != 256:
        features = model.get_submodule("features")
        features.register_module("8", nn.Conv2d(384, fourth, 3, padding=1))
        features.register_module("10", nn.Conv2d(fourth, 256, 3, padding=1))
    return model


def alexnet(*, resolution: int | None, classes: int, variant: str, **_: object) -> nn.Module:
    """Build the model; the batch is the input's."""
    if variant == "single-tower":
        return _one_tower(classes, 256)
    if variant == "one-weird-trick":
        # torchvision and its author's later code have 256 filters where the paper's footnote has 384.
        return _one_tower(classes, 384)
    return AlexNet(resolution or 227, classes, groups=1 if variant == "ungrouped" else 2)
