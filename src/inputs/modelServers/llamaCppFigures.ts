import { type Ask, NoAnswer } from "./ask.ts";
import { askLlamaCppMetrics, LlamaCppRates } from "./llamaCppMetrics.ts";
import { askSlots, SlotRate } from "./llamaCppSlots.ts";
import { type Reading, told } from "./reading.ts";

/** Metrics and slots may be turned off by its command line: asked for again after this long, in seconds. */
const OFF = 600;

type Figures = Partial<Omit<Reading, "status">>;

/** Queue and rates from the metrics, or without a queue from the slots; says what is off, and how to turn it on. */
export function llamaCppFigures(now: () => number) {
  const metricsOff = new TurnedOff(now);
  const slotsOff = new TurnedOff(now);
  const rates = new LlamaCppRates();
  const slotRate = new SlotRate();
  let latest: Figures | undefined;

  async function ofSlots(ask: Ask): Promise<Figures> {
    const slots = slotsOff.stands ? undefined : await askSlots(ask);
    if (!slots) {
      slotsOff.begin();
      return { message: "It tells no queue and no rates: start it with --metrics" };
    }
    const requestsRunning = slots.filter(({ busy }) => busy).length;
    const message = "It tells no queue: start it with --metrics";
    return { ...told({ requestsRunning, tokensPerSecond: slotRate.next(slots, now()) }), message };
  }

  async function ofBusy(ask: Ask): Promise<Figures> {
    latest = undefined;
    try {
      const metrics = metricsOff.stands ? undefined : await askLlamaCppMetrics(ask);
      if (!metrics) metricsOff.begin();
      latest = metrics ? rates.next(metrics) : await ofSlots(ask);
      return latest;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      // Figures wait for the batch that is being computed; health does not.
      return { message: error.reason === "silent" ? "Too busy to tell its figures" : error.message };
    }
  }

  /** With nobody connected nothing runs: it is asked until it says so, and not again. */
  async function ofQuiet(ask: Ask): Promise<Figures> {
    const { tokensPerSecond = 0, requestsRunning = 0 } = latest ?? {};
    const settled = latest !== undefined && tokensPerSecond === 0 && requestsRunning === 0;
    return settled && latest ? latest : ofBusy(ask);
  }

  return { ofBusy, ofQuiet };
}

/** That something is turned off, which is believed for a while. */
class TurnedOff {
  readonly #now: () => number;
  #until = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get stands(): boolean {
    return this.#now() < this.#until;
  }

  begin(): void {
    if (!this.stands) this.#until = this.#now() + OFF;
  }
}
