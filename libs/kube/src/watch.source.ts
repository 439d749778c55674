import { Watch, type KubeConfig } from '@kubernetes/client-node';
import { calling } from './errors';
import type { ListPage, ListWatchSource, OpenWatch, WatchNotice } from './list-watch.ports';

interface RawList<Raw> {
  readonly items: readonly Raw[];
  readonly metadata?: { readonly resourceVersion?: string; readonly _continue?: string };
}

export interface WatchSourceOptions<Raw, View> {
  readonly config: KubeConfig;
  /** Of the collection, for example `/apis/batch/v1/namespaces/x/jobs`. */
  readonly path: string;
  readonly labelSelector?: string;
  /** The generated list call; it must repeat the selector of the watch. */
  readonly list: (limit: number, continueToken: string | undefined) => Promise<RawList<Raw>>;
  readonly toView: (raw: Raw) => View;
}

interface RawObject {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly code?: number;
  readonly message?: string;
}

const GONE = 410;

/** Lists and watches one collection through client-node. */
export class KubernetesWatchSource<Raw, View> implements ListWatchSource<View> {
  constructor(private readonly options: WatchSourceOptions<Raw, View>) {}

  async list(limit: number, continueToken: string | null): Promise<ListPage<View>> {
    const page = await calling(() => this.options.list(limit, continueToken ?? undefined));
    const token = page.metadata?._continue ?? '';
    return {
      items: page.items.map((raw) => this.options.toView(raw)),
      resourceVersion: page.metadata?.resourceVersion ?? '',
      continueToken: token === '' ? null : token,
    };
  }

  async watch(
    resourceVersion: string,
    timeoutSeconds: number,
    onNotice: (notice: WatchNotice<View>) => void,
  ): Promise<OpenWatch> {
    const ended = Promise.withResolvers<unknown>();
    const controller = await new Watch(this.options.config).watch(
      this.options.path,
      {
        resourceVersion,
        timeoutSeconds,
        allowWatchBookmarks: true,
        labelSelector: this.options.labelSelector,
      },
      (phase: string, object: unknown) => {
        onNotice(this.toNotice(phase, object as RawObject));
      },
      (error: unknown) => {
        // Thirty seconds of silence end client-node's own watch: an orderly end, not a fault.
        const silent = error instanceof DOMException && error.name === 'TimeoutError';
        ended.resolve(silent ? null : (error ?? null));
      },
    );
    return {
      ended: ended.promise,
      stop: () => {
        controller.abort();
      },
    };
  }

  private toNotice(phase: string, object: RawObject): WatchNotice<View> {
    const resourceVersion = object.metadata?.resourceVersion ?? '';
    switch (phase) {
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED': {
        const type = phase === 'ADDED' ? 'added' : phase === 'MODIFIED' ? 'modified' : 'deleted';
        return { type, object: this.options.toView(object as Raw), resourceVersion };
      }
      case 'BOOKMARK':
        return { type: 'bookmark', resourceVersion };
      default:
        return { type: 'error', statusCode: object.code ?? GONE, message: object.message ?? phase };
    }
  }
}
