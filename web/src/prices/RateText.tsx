/** A rate for the eye, with the exact amount where the shown one is rounded. */
import { rateText } from "./words";

interface RateTextProps {
  amount: string;
  per: number;
  currency: string;
}

export function RateText({ amount, per, currency }: RateTextProps) {
  return (
    <span title={`${amount} ${currency}`} className="sm:whitespace-nowrap">
      {rateText(amount, per, currency, navigator.language)}
    </span>
  );
}
