/** The mark and the name; the only text in the brand gradient. */

export function LogoMark({ size = 28 }: { size?: number }) {
  return (
    <span
      className="brand-gradient inline-flex shrink-0 items-center justify-center rounded-control"
      aria-hidden="true"
    >
      <svg viewBox="0 0 32 32" width={size} height={size}>
        <circle
          cx="16"
          cy="16"
          r="8"
          fill="none"
          stroke="currentColor"
          strokeWidth="3.5"
          strokeDasharray="38 13"
          strokeLinecap="round"
          transform="rotate(-60 16 16)"
        />
        <circle cx="22.2" cy="9.8" r="2.4" fill="currentColor" />
      </svg>
    </span>
  );
}

export function Logo() {
  return (
    <span className="inline-flex items-center gap-2">
      <LogoMark />
      <span className="brand-text text-[18px] leading-7 font-[650] tracking-tight">Outlay</span>
    </span>
  );
}
