/**
 * What users and models say, tools are given and return, and servers answer, by the attribute's name. It never comes
 * further than the door. Names were taken from the sources named here, in November 2026; beside them, words that such
 * attributes end with, for those that nobody foresaw.
 */

/** Whole names. */
const NAMES = new Set([
  // OpenTelemetry semantic conventions 1.38: exceptions, databases, processes, URLs
  "db.query.text",
  "db.statement",
  "exception.stacktrace",
  "otel.status_description",
  "process.command_args",
  "process.command_line",
  "url.query",
  // AI SDK 5 to 7
  "ai.documents",
  "ai.embedding",
  "ai.embeddings",
  "ai.ranking",
  "ai.request.text",
  "ai.response.files",
  "ai.response.object",
  "ai.response.providerMetadata",
  "ai.response.reasoning",
  "ai.response.text",
  "ai.response.toolCalls",
  "ai.result.object",
  "ai.result.text",
  "ai.result.toolCalls",
  "ai.toolCall.args",
  "ai.toolCall.result",
  "ai.value",
  "ai.values",
  // OpenInference semantic conventions 2
  "input.value",
  "output.value",
  "llm.function_call",
  "llm.invocation_parameters",
  "metadata",
  "tool.json_schema",
  "tool.parameters",
  // Traceloop's semantic conventions 0.27
  "mcp.response.value",
  "traceloop.entity.input",
  "traceloop.entity.output",
  // LangSmith 0.12
  "gen_ai.request.extra_body",
  "gen_ai.request.extra_query",
  "gen_ai.serialized.doc",
  // LiveKit Agents before 1.9, whose names had no `pii` yet
  "lk.chat_ctx",
  "lk.function_tools",
  "lk.provider_tools",
  "lk.tool_sets",
  "lk.user_input",
  "lk.response.function_calls",
  // Pipecat 1
  "extra.functions",
  "function_calls",
  "tools",
  "tool_choice",
  // Pydantic AI and Logfire 4
  "all_messages_events",
  "events",
  "final_result",
  "logfire.json_schema",
  "logfire.msg",
  "request_data",
  "response_data",
]);

/** Beginnings of names. */
const PREFIXES = [
  // OpenTelemetry semantic conventions
  "db.operation.parameter.",
  "db.query.parameter.",
  "http.request.header.",
  "http.response.header.",
  "rpc.grpc.request.metadata.",
  "rpc.grpc.response.metadata.",
  // OpenTelemetry GenAI semantic conventions 1.38 and its deprecated names, which LangSmith and Traceloop still send
  "gen_ai.completion",
  "gen_ai.evaluation.explanation",
  "gen_ai.input.messages",
  "gen_ai.memory.",
  "gen_ai.output.messages",
  "gen_ai.prompt",
  "gen_ai.retrieval.documents",
  "gen_ai.retrieval.query",
  "gen_ai.system_instructions",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "gen_ai.tool.definitions",
  // AI SDK
  "ai.decision.",
  "ai.input",
  "ai.prompt",
  "ai.request.headers.",
  "ai.schema",
  "ai.settings.context.",
  // OpenInference
  "audio.",
  "document.",
  "embedding.embeddings",
  "image.",
  "llm.choices",
  "llm.completions",
  "llm.input_messages",
  "llm.output_messages",
  "llm.prompt_template",
  "llm.prompts",
  "llm.request.functions",
  "llm.tools",
  "message.",
  "reranker.input_documents",
  "reranker.output_documents",
  "retrieval.documents",
  // Traceloop
  "db.query.embeddings",
  "db.query.result",
  "db.vector.query.embeddings",
  "traceloop.prompt.",
  // LangSmith
  "langsmith.request.headers",
];

/** LiveKit Agents 1.9 marks whatever may be personal. */
const MARKED = /(?:^|\.)pii\./;

/** Last words of names: of Pipecat (`input`, `text_output`), Haystack, CrewAI, Langfuse, and agents' own attributes. */
const WORDS =
  "answer|args|arguments|authorization|body|chunks|completion|completions|content|contents|context_messages|cookie|" +
  "definitions|document|documents|embedding|embeddings|headers|input|inputs|input_text|instructions|message|messages|" +
  "output|outputs|password|prompt|prompts|query|question|reasoning|response|result|results|secret|statement|" +
  "stacktrace|stack_trace|text|thinking|tool_calls|transcript|transcription|transcripts|utterance|value|vector";
const LAST_WORD = new RegExp(`(?:^|[._])(?:${WORDS})$`);

/** Under these there are numbers, whatever the last word: `llm.token_count.prompt`, `gen_ai.usage.input`. */
const NUMBERS = /(?:^|[._])(?:token_count|tokens?|usage|cost|duration|latency|metrics|size|length)[._]/;

/** Values that are a URL: what follows its path is cut off, since keys and questions are found there. */
const URLS = new Set(["http.target", "http.url", "url.full", "url.original"]);

/** What the door does with attributes of one name. */
export interface Key {
  text: string;
  /** Its value is content and never decoded. */
  content: boolean;
  /** Its value is a URL. */
  url: boolean;
}

/** What the name of an attribute says about its value. */
export function keyOf(text: string): Key {
  return { text, content: isContent(text), url: URLS.has(text) };
}

function isContent(name: string): boolean {
  if (NAMES.has(name) || MARKED.test(name) || PREFIXES.some((prefix) => name.startsWith(prefix))) return true;
  return LAST_WORD.test(name) && !NUMBERS.test(name);
}

/** Without user, password, query and fragment. */
export function bareUrl(url: string): string {
  return (url.split(/[?#]/, 1)[0] ?? "").replace(/^(\w+:\/\/)[^/@]*@/, "$1");
}

/** Instrumentations whose events, and loggers of libraries whose lines, hold prompts and answers. */
const CONTENT_SCOPE =
  /openinference|traceloop|openlit|gen_?ai|(?:^|instrumentation[./_-])@?(?:agno|anthropic|autogen|bedrock|cohere|crewai|dspy|google_adk|google_genai|groq|haystack|instructor|langchain|langgraph|litellm|llama_?index|mistralai|ollama|openai|semantic_kernel|smolagents|strands|vertexai|vllm)(?:\b|_)/i;
const CONTENT_EVENT = /^(?:gen_ai|ai|llm|openai|anthropic|langchain|lk\.pii)\./;

/** Whether the body of a log record is what somebody said to a model, or it answered. */
export function isContentRecord(scope: string, eventName: string | undefined): boolean {
  return CONTENT_SCOPE.test(scope) || (eventName !== undefined && CONTENT_EVENT.test(eventName));
}
