"""``python -m erdao_gis`` is the command ``erdao``."""

from erdao_gis.cli import main

main()
