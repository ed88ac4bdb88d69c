import type { ModelServerState } from "../../../src/model/modelServers.ts";
import { SeverityIcon } from "../../shared/Icon.tsx";
import { type ModelRow, type ModelServerRow, modelServerRow } from "./modelServerRow.ts";

/** The model servers, each with its state, what it has in memory and where, and how busy it is. */
export function ModelServers({ servers, now }: { servers: readonly ModelServerState[]; now: number }) {
  if (servers.length === 0) return null;
  return (
    <section class="panel model-servers" aria-labelledby="model-servers">
      <h2 id="model-servers">
        Model servers <span class="quiet">now</span>
      </h2>
      <ul>
        {servers.map((server) => (
          <Server key={server.url} row={modelServerRow(server, now)} />
        ))}
      </ul>
    </section>
  );
}

function Server({ row }: { row: ModelServerRow }) {
  const { url, name, severity, word, version, message, models, others, figures } = row;
  return (
    <li data-server={url}>
      <div class="server-head">
        <SeverityIcon severity={severity} />
        <strong class="cut" title={url}>
          {name}
        </strong>
        <span>{word}</span>
        <span class="server-version quiet cut">{version}</span>
      </div>
      {models.map((model) => (
        <Model key={model.name} model={model} />
      ))}
      {others && <p class="quiet">{others}</p>}
      {figures.length > 0 && <p>{figures.join(" · ")}</p>}
      {message && <p>{message}</p>}
    </li>
  );
}

function Model({ model: { name, size, gpuShare, words, warning } }: { model: ModelRow }) {
  return (
    <div class="server-model">
      <div class="server-head">
        <span class="cut" title={name}>
          {name}
        </span>
        {gpuShare !== undefined && (
          <span class="gpu-share" aria-hidden="true">
            <i style={{ width: `${(gpuShare * 100).toFixed(2)}%` }} />
          </span>
        )}
        {size && <span class="number">{size}</span>}
      </div>
      {warning && (
        <p class="server-warning">
          <SeverityIcon severity="warning" />
          <span>
            <span class="unseen">Warning: </span>
            {warning}
          </span>
        </p>
      )}
      {words.length > 0 && <p class="quiet">{words.join(" · ")}</p>}
    </div>
  );
}
