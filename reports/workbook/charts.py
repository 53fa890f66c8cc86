"""Native charts of the summary, with the numbers cached for viewers that do not calculate."""

from __future__ import annotations

from collections.abc import Mapping

from openpyxl.chart import BarChart
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.words import READINESS
from reports.workbook.style import CHART_COLOURS, DONE_COLOUR, OPEN_COLOUR

_WIDTH, _HEIGHT = 17, 8  # cm


def add_charts(
    sheet: Worksheet,
    readiness: tuple[int, int],
    waves: tuple[int, int] | None,
    known: Mapping[str, float],
) -> None:
    """Servers by readiness, and steps by wave where there are any."""
    servers = _bars("Servers by readiness")
    series = _series(sheet, "B", readiness, known)
    for index, word in enumerate(READINESS):
        point = DataPoint(idx=index)
        point.graphicalProperties.solidFill = CHART_COLOURS[word]
        series.dPt.append(point)
    series.dLbls = DataLabelList(
        showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False
    )
    servers.series.append(series)
    servers.legend = None
    servers.gapWidth = 40
    sheet.add_chart(servers, f"F{readiness[0] - 1}")
    if waves is None:
        return
    steps = _bars("Steps by wave")
    steps.grouping, steps.overlap, steps.gapWidth = "stacked", 100, 40
    for column, colour in (("B", OPEN_COLOUR), ("C", DONE_COLOUR)):
        part = _series(sheet, column, waves, known)
        part.graphicalProperties.solidFill = colour
        steps.series.append(part)
    steps.legend.position = "b"
    sheet.add_chart(steps, f"F{readiness[0] + 17}")


def _bars(title: str) -> BarChart:
    chart = BarChart()
    chart.type, chart.style, chart.title = "col", 2, title
    chart.width, chart.height = _WIDTH, _HEIGHT
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines = None
    chart.y_axis.number_format = "0"
    chart.y_axis.scaling.min = 0
    return chart


def _series(
    sheet: Worksheet, column: str, lines: tuple[int, int], known: Mapping[str, float]
) -> Series:
    """A column of the summary as bars, named by the cell above it."""
    first, last = lines
    place, rows = f"'{sheet.title}'!$", range(first, last + 1)
    numbers = NumData(
        formatCode="General",
        ptCount=len(rows),
        pt=[NumVal(idx=i, v=known.get(f"{column}{row}", 0)) for i, row in enumerate(rows)],
    )
    titles = StrData(
        ptCount=len(rows),
        pt=[StrVal(idx=i, v=str(sheet[f"A{row}"].value)) for i, row in enumerate(rows)],
    )
    return Series(
        tx=SeriesLabel(v=str(sheet[f"{column}{first - 1}"].value)),
        cat=AxDataSource(strRef=StrRef(f=f"{place}A${first}:$A${last}", strCache=titles)),
        val=NumDataSource(
            numRef=NumRef(f=f"{place}{column}${first}:${column}${last}", numCache=numbers)
        ),
        spPr=GraphicalProperties(),
    )
