"""Reference backbones: the published classifiers that torchvision builds, and what they cost."""
