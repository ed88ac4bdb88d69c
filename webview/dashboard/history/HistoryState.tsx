import { Icon } from "../../shared/Icon.tsx";
import { rangeText } from "./rangeText.ts";
import type { Charted, ChartSource } from "./useCharted.ts";

interface HistoryStateProps {
  charted: Charted;
  source: ChartSource;
  /** Asks again at once. */
  retry: () => void;
}

/** What is to say about a range that is not live: that it loads, why it can't be had, that nothing is in it. */
export function HistoryState({ charted, source, retry }: HistoryStateProps) {
  const { data, stretch, loading } = charted;
  const { feed, now } = source;
  if (!stretch) return null;
  if (feed.error !== undefined) {
    return (
      <p class="history-state" role="alert">
        <Icon name="error" /> History of this time could not be had: {feed.error}{" "}
        <button type="button" class="link" onClick={retry}>
          Try again
        </button>
      </p>
    );
  }
  if (loading) {
    const waited = feed.waitingSince === undefined ? 0 : now - feed.waitingSince;
    return (
      <p class="history-state" role="status">
        History loads{waited >= 1 ? `, ${Math.floor(waited)} s` : ""}
      </p>
    );
  }
  if (data.gauges.length === 0 && Object.keys(data.latency).length === 0) {
    return (
      <p class="history-state" role="status">
        Nothing was recorded {rangeText(stretch)}. Figures appear here while the agent runs and is recorded.
      </p>
    );
  }
  return null;
}
