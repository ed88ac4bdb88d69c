import type { HeapProfiler, NodeRuntime, NodeWorker, Profiler, Runtime } from "node:inspector";

/** The methods whose parameters and results are known here: `method: [parameters, result]`. */
interface Methods {
  "Runtime.evaluate": [Runtime.EvaluateParameterType, Runtime.EvaluateReturnType];
  "Runtime.addBinding": [{ name: string }, object];
  "Runtime.removeBinding": [{ name: string }, object];
  /** The heap in use, garbage included; `backingStorageSize` is of buffers, from Node 22 on. Bytes. */
  "Runtime.getHeapUsage": [object, { usedSize: number; totalSize: number; backingStorageSize?: number }];
  "HeapProfiler.startSampling": [HeapProfiler.StartSamplingParameterType, object];
  "HeapProfiler.getSamplingProfile": [object, HeapProfiler.GetSamplingProfileReturnType];
  "HeapProfiler.startTrackingHeapObjects": [HeapProfiler.StartTrackingHeapObjectsParameterType, object];
  "HeapProfiler.takeHeapSnapshot": [HeapProfiler.TakeHeapSnapshotParameterType, object];
  "Profiler.setSamplingInterval": [Profiler.SetSamplingIntervalParameterType, object];
  "Profiler.stop": [object, Profiler.StopReturnType];
  "NodeRuntime.notifyWhenWaitingForDisconnect": [NodeRuntime.NotifyWhenWaitingForDisconnectParameterType, object];
  "NodeWorker.enable": [NodeWorker.EnableParameterType, object];
  "NodeWorker.sendMessageToWorker": [NodeWorker.SendMessageToWorkerParameterType, object];
  /** js-debug's proxy alone. */
  "JsDebug.subscribe": [{ events: string[] }, object];
}

export type ParametersOf<M extends string> = M extends keyof Methods ? Methods[M][0] : object;
export type ResultOf<M extends string> = M extends keyof Methods ? Methods[M][1] : unknown;

/** The events whose parameters are known here. */
interface Events {
  "Runtime.bindingCalled": { name: string; payload: string };
  "HeapProfiler.addHeapSnapshotChunk": HeapProfiler.AddHeapSnapshotChunkEventDataType;
  "HeapProfiler.reportHeapSnapshotProgress": HeapProfiler.ReportHeapSnapshotProgressEventDataType;
  "NodeRuntime.waitingForDisconnect": object;
  "NodeWorker.attachedToWorker": NodeWorker.AttachedToWorkerEventDataType;
  "NodeWorker.detachedFromWorker": NodeWorker.DetachedFromWorkerEventDataType;
  "NodeWorker.receivedMessageFromWorker": NodeWorker.ReceivedMessageFromWorkerEventDataType;
}

export type EventParameters<E extends string> = E extends keyof Events ? Events[E] : unknown;
