import { statSync } from "node:fs";
import type {
  HeapAnswer,
  HeapFacts,
  HeapProfileFacts,
  HeapProgress,
  HeapQuestion,
  HeapQuestions,
} from "../model/heap.ts";
import { answerClasses, answerInstances } from "./answers/classes.ts";
import { answerClusters, type Cluster, findClusters } from "./answers/clusters.ts";
import {
  answerDifferenceNodes,
  answerDifferenceSites,
  answerDifferences,
  type ComparedSites,
  compareSites,
} from "./answers/differences.ts";
import { answerDominated, answerFields, answerNode, answerRetainers, findNode } from "./answers/nodes.ts";
import { answerSearch, answerStrings } from "./answers/strings.ts";
import { Orders } from "./answers/window.ts";
import { compare, type Difference } from "./difference/difference.ts";
import { HeapQuestionError } from "./error.ts";
import { analyse } from "./heapSnapshot.ts";
import { OpenedSnapshot } from "./opened.ts";
import { shortestPaths, tellingPaths } from "./paths/paths.ts";
import { openProfile } from "./profile/openProfile.ts";
import { statisticsOf } from "./view/statistics.ts";

/** A heap file that was read, and answers. */
export interface OpenedHeap {
  facts: HeapFacts | HeapProfileFacts;
  /** @throws {HeapQuestionError} when what is asked about is not there */
  ask<Question extends HeapQuestion>(question: Question): HeapAnswer<Question>;
}

type OnProgress = (progress: HeapProgress) => void;

/**
 * Reads a `.heapsnapshot` or a `.heapprofile` (told apart by what stands in them) and answers questions about it. Blocks
 * for seconds with a large one: for a worker.
 *
 * @throws {HeapSnapshotError} for what is neither; a `SystemError` when it can't be read
 */
export function openHeap(path: string, onProgress: OnProgress = () => {}): OpenedHeap {
  return openProfile(path) ?? openSnapshot(path, onProgress);
}

function openSnapshot(path: string, onProgress: OnProgress): OpenedHeap {
  const opened = read(path, onProgress);
  const answers = new Answers(opened.snapshot, onProgress);
  return {
    facts: opened.facts,
    ask: <Question extends HeapQuestion>(question: Question) => answers.ask(question) as HeapAnswer<Question>,
  };
}

function read(path: string, onProgress: OnProgress): { snapshot: OpenedSnapshot; facts: HeapFacts } {
  const started = performance.now();
  const heap = analyse(path, (step, share) => onProgress({ step, share }));
  const snapshot = new OpenedSnapshot(heap, path);
  const facts: HeapFacts = {
    kind: "snapshot",
    path,
    fileSize: statSync(path).size,
    nodes: heap.tables.nodeIds.length,
    edges: heap.tables.edgeTargets.length,
    classes: heap.classTable.classes.filter((_, i) => heap.aggregates.count[i]! > 0).length,
    tracked: heap.tables.traces !== undefined,
    statistics: statisticsOf(heap),
    readTime: (performance.now() - started) / 1000,
  };
  return { snapshot, facts };
}

/** The answers of one snapshot, and the comparison that was last made. */
class Answers {
  readonly #opened: OpenedSnapshot;
  readonly #onProgress: OnProgress;
  readonly #orders = new Orders();
  /** A list that is scrolled through is asked for again and again. */
  #lastClusters: { of: string; clusters: Cluster[] } | undefined;
  #difference: { of: Difference; orders: Orders; sites: Map<boolean, ComparedSites> } | undefined;

  constructor(opened: OpenedSnapshot, onProgress: OnProgress) {
    this.#opened = opened;
    this.#onProgress = onProgress;
  }

  ask(question: HeapQuestion): HeapQuestions[keyof HeapQuestions][1] {
    const opened = this.#opened;
    const orders = this.#orders;
    switch (question.kind) {
      case "classes":
        return answerClasses(opened, question);
      case "instances":
        return answerInstances(opened, orders, question);
      case "node":
        return answerNode(opened, question);
      case "fields":
        return answerFields(opened, question);
      case "retainers":
        return answerRetainers(opened, orders, question);
      case "paths":
        return this.#paths(question);
      case "clusters":
        return this.#clusters(question);
      case "dominated":
        return answerDominated(opened, orders, question);
      case "strings":
        return answerStrings(opened, orders, question);
      case "search":
        return answerSearch(opened, orders, question);
      case "compare":
        return this.#compare(question);
      case "differences":
        return answerDifferences(this.#compared().of, question);
      case "differenceNodes":
        return answerDifferenceNodes(this.#compared().of, this.#compared().orders, question);
      case "differenceSites":
        return this.#differenceSites(question);
      default:
        throw new HeapQuestionError("That can be asked of a .heapprofile, not of a heap snapshot.");
    }
  }

  #paths({ way, count, ...at }: HeapQuestions["paths"][0]) {
    const { heap } = this.#opened;
    const places = this.#opened.places();
    const node = findNode(this.#opened, at);
    return way === "shortest"
      ? shortestPaths(heap, places, node, count)
      : tellingPaths(heap, places, this.#opened.ways(), node, count);
  }

  #clusters(question: HeapQuestions["clusters"][0]) {
    const of = `${question.shapes} ${question.class}`;
    if (this.#lastClusters?.of !== of)
      this.#lastClusters = { of, clusters: findClusters(this.#opened, question.shapes, question.class) };
    return answerClusters(this.#opened, this.#lastClusters.clusters, question);
  }

  /** The older ones are read in turn; what was compared before makes room for them. */
  #compare({ before, between }: HeapQuestions["compare"][0]) {
    this.#difference = undefined;
    const files = between === undefined ? [before] : [before, between];
    const [older, middle] = files.map((path, i) =>
      read(path, ({ step, share }) => this.#onProgress({ step, share: (i + share) / (files.length + 0.2) })),
    );
    this.#onProgress({ step: "Comparing", share: files.length / (files.length + 0.2) });
    const of = compare(older!.snapshot, this.#opened, middle?.snapshot);
    this.#difference = { of, orders: new Orders(), sites: new Map() };
    return of.comparison;
  }

  #compared() {
    if (this.#difference) return this.#difference;
    throw new HeapQuestionError("Nothing is compared yet: choose an older snapshot first.");
  }

  #differenceSites(question: HeapQuestions["differenceSites"][0]) {
    const { of, orders, sites } = this.#compared();
    const compared = sites.get(question.survivors) ?? compareSites(of, question.survivors);
    sites.set(question.survivors, compared);
    return answerDifferenceSites(of, compared, orders, question);
  }
}
