import assert from "node:assert/strict";
import { ROOT_CONTEXT, SeverityNumber, trace } from "@opentelemetry/api";
import { OTLPLogExporter as JsonExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from "@opentelemetry/sdk-logs";
import { OpenDoor, TOKEN } from "./openDoor.ts";
import { encode } from "./protos.ts";

const headers = { "x-agent-vitals-token": TOKEN };

function request(scope: string, ...logRecords: object[]): object {
  return { resourceLogs: [{ scopeLogs: [{ scope: { name: scope }, logRecords }] }] };
}

describe("Log records", () => {
  const exporters: Record<string, (url: string) => LogRecordExporter> = {
    "the protobuf exporter": (url) => new ProtobufExporter({ url, headers }),
    "the JSON exporter": (url) => new JsonExporter({ url, headers }),
  };
  for (const [name, exporter] of Object.entries(exporters)) {
    it(`of ${name} arrive with their lines, but without what was said to a model`, async () => {
      await using door = await OpenDoor.start();
      const processors = [new BatchLogRecordProcessor({ exporter: exporter(`${door.url}/v1/logs`) })];
      const provider = new LoggerProvider({ processors });
      const span = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };
      const context = trace.setSpanContext(ROOT_CONTEXT, span);
      const logger = provider.getLogger("assistant");
      logger.emit({
        severityNumber: SeverityNumber.WARN,
        body: "retrieval is slow",
        attributes: { tries: 2 },
        context,
      });
      logger.emit({ body: `${"ä".repeat(1023)}😀 and more` });
      logger.emit({ eventName: "gen_ai.user.message", body: "what the user said" });
      logger.emit({ body: { question: "what the user said" } });
      provider.getLogger("openai._base_client").emit({ body: "Request options: what the user said" });
      await provider.shutdown();

      assert.equal(door.records.length, 5);
      assert.doesNotMatch(JSON.stringify(door.records), /user said/);
      const [slow, long, event] = door.records;
      assert.equal(slow?.message, "retrieval is slow");
      assert.equal(slow?.severity, "warning");
      assert.deepEqual([slow?.traceId, slow?.spanId], [span.traceId, span.spanId]);
      assert.deepEqual({ ...slow?.attributes }, { tries: 2 });
      assert.equal(long?.message, "ä".repeat(1023), "cut, and not within a character");
      assert.equal(event?.eventName, "gen_ai.user.message");
      assert.ok(!("message" in (event ?? {})));
      assert.equal(door.counters.records, 5);
    });
  }

  it("have one of six severities, by number or else by name", async () => {
    await using door = await OpenDoor.start();
    const numbers = [1, 5, 9, 10, 13, 17, 21, 24].map((severityNumber) => ({ severityNumber }));
    const names = ["INFO", "WARNING", "err", "CRITICAL", "emerg", "Notice", "?"].map((severityText) => ({
      severityText,
    }));
    const enums = ["SEVERITY_NUMBER_WARN2", "SEVERITY_NUMBER_FATAL"].map((severityNumber) => ({ severityNumber }));
    await door.post("/v1/logs", request("x", ...numbers, ...names, ...enums));
    assert.deepEqual(
      door.records.map(({ severity }) => severity),
      [
        ...["info", "info", "info", "notice", "warning", "error", "critical", "emergency"],
        ...["info", "warning", "error", "critical", "emergency", "notice", "info"],
        ...["warning", "critical"],
      ],
    );
  });

  it("are as old as they say, else as their observer says, else as their arrival", async () => {
    await using door = await OpenDoor.start({ now: () => 1_800_000_000 });
    const [told, observed] = ["1790000000000000000", "1790000001000000000"];
    const records = [{ timeUnixNano: told, observedTimeUnixNano: observed }, { observedTimeUnixNano: observed }, {}];
    await door.post("/v1/logs", request("x", ...records));
    await door.postBytes("/v1/logs", encode("logs", request("x", ...records)));
    const times = [1_790_000_000, 1_790_000_001, 1_800_000_000];
    assert.deepEqual(
      door.records.map(({ time }) => time),
      [...times, ...times],
    );
  });

  it("of a library that talks to models lose their text too, and when the scope stands behind them", async () => {
    await using door = await OpenDoor.start();
    const [resourceLogs] = (request("langchain", { body: { stringValue: "said" } }) as { resourceLogs: object[] })
      .resourceLogs;
    const bytes = encode("logs", { resourceLogs: [resourceLogs] });
    // The scope after the record: field 1 of ScopeLogs moved behind field 2.
    const scope = Buffer.concat([Buffer.from([0x0a, 0x0b, 0x0a, 0x09]), Buffer.from("langchain")]);
    const at = bytes.indexOf(scope);
    const moved = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + scope.length), scope]);
    await door.postBytes("/v1/logs", moved);
    assert.deepEqual(
      door.records.map(({ source, message }) => [source.scope, message]),
      [["langchain", undefined]],
    );
  });
});
