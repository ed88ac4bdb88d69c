import type { TargetKind } from "../target.ts";
import { http } from "./http.ts";
import { module } from "./module.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";
import { sse } from "./sse.ts";
import { stdio } from "./stdio.ts";
import { websocket } from "./websocket.ts";

/** All kinds of targets, in the order in which they are told. */
export const targetKinds: readonly TargetKind<object, object>[] = [openai, ollama, sse, websocket, http, stdio, module];
