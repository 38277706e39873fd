/** Everything that turns exact values into text for people. */

export { addDecimals, compare, parseDecimal, plainDecimal, toFloat } from "./decimal";
export { axisCount, axisMoney, axisPercent } from "./axis";
export { columnMoney, currencyDigits, formatMoney, splitMoney, spokenMoney } from "./money";
export type { MoneyOptions, SplitMoney } from "./money";
export { changeBetween, formatChange, formatCount, formatPercent, spokenChange } from "./number";
export type { Change, CountOptions, Direction } from "./number";
export {
  formatClock,
  formatDate,
  formatDateTime,
  formatDay,
  formatDayOf,
  formatDayRange,
  formatMonth,
  formatRelative,
  formatZone,
} from "./time";
export type { TimeOptions } from "./time";
