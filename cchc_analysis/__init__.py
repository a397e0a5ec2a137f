"""Rank, grade and chart the yearly CCHC scores of Vietnamese government units."""

import lazy_loader

__version__ = "0.1.0"

# What is public stands in __init__.pyi; a module is imported when one of its names is asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def load_ipython_extension(shell: object) -> None:
    """Let a notebook speak Vietnamese to an analyst: ``%load_ext cchc_analysis``."""
    from cchc_analysis.app import jupyter

    jupyter.load(shell)


def unload_ipython_extension(shell: object) -> None:
    """Undo it: ``%unload_ext cchc_analysis``."""
    from cchc_analysis.app import jupyter

    jupyter.unload(shell)
