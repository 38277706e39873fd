/** The charts of the dashboard: everything a page needs. */
export { AreaChart, type AreaChartProps } from "./AreaChart";
export { BandChart, type BandChartProps, type Forecast } from "./BandChart";
export type { Anomaly, Cap } from "./BandMarks";
export { BarChart, type BarChartProps, type BarItem } from "./BarChart";
export { BudgetBar, LevelMark, type BudgetBarProps } from "./BudgetBar";
export { ChartCard, type ChartCardProps } from "./ChartCard";
export { foldSeries, topEntities } from "./entities";
export { LineChart, type LineChartProps } from "./LineChart";
export { countMeasure, dayBuckets, hourBuckets, moneyMeasure, monthBuckets, percentMeasure } from "./measures";
export { LEVELS, slotColour, slotOf } from "./palette";
export { Sparkline } from "./Sparkline";
export { StackedBarChart, type StackedBarChartProps } from "./StackedBarChart";
export { StatCard, type StatCardProps } from "./StatCard";
export type { ChartState } from "./states";
export { bandTable, itemsTable, timeTable, type ChartTable } from "./table";
export type { Annotation, Buckets, Level, Measure, Selection, Series, Slot, Values } from "./types";
