/** How much the door takes in, so that no client makes the collector grow without bound. */

const MiB = 1024 * 1024;

/** Bytes of one body as it comes over the wire. */
export const MAX_PACKED = 16 * MiB;
/** Bytes of one body once it is unpacked. */
export const MAX_UNPACKED = 64 * MiB;
/** Bytes of all bodies that are being read. One alone always fits. */
export const MAX_IN_FLIGHT = 96 * MiB;
/** Requests that are read at once; more of them wait. */
export const MAX_REQUESTS = 64;
/** Further connections are closed at once. */
export const MAX_CONNECTIONS = 512;

/** Spans, data points or log records of one request. */
export const MAX_ITEMS = 100_000;
/** Attributes, events and values of arrays in one request. */
export const MAX_PARTS = 1_000_000;
/** Attributes of a span, of one of its events, of a data point, log record or resource. */
export const MAX_ATTRIBUTES = 128;
/** Events of a span. */
export const MAX_EVENTS = 128;
/** Characters of a text. */
export const MAX_TEXT = 1024;
/** Values of an attribute that is an array. */
export const MAX_ARRAY = 64;
/** Arrays within arrays. */
export const MAX_ARRAY_DEPTH = 4;
/** Buckets of a histogram; the OpenTelemetry SDKs send at most 160, or twice that for exponential ones. */
export const MAX_BUCKETS = 1024;
/** Levels of a JSON document; OTLP's own have about 20. */
export const MAX_JSON_DEPTH = 100;
/** Values in a JSON document: what each takes in memory is many times what it takes in the text. */
export const MAX_JSON_VALUES = 5_000_000;
