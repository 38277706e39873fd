/** Turns many calls into few: at once when it has been quiet, and then not more often than once in a while. */

export interface Coalesced {
  call: () => void;
  stop: () => void;
}

/**
 * Whatever is asked for while the work is still being done is done once more afterwards, so the last word is never lost,
 * and work that takes longer than the pause is never begun twice at the same time.
 */
export function coalesced(work: () => Promise<unknown>, pause_ms: number): Coalesced {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsked = false;
  let isStopped = false;

  const settle = async () => {
    isAsked = false;
    const pause = new Promise((done) => (timer = setTimeout(done, pause_ms)));
    await Promise.allSettled([work(), pause]);
    timer = undefined;
    if (isAsked && !isStopped) void settle();
  };

  return {
    call: () => {
      if (timer === undefined) void settle();
      else isAsked = true;
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
