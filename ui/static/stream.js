// Nothing that is done on the page gets lost on the way back. Runs before gradio's own scripts (`ui.early`).
//
// gradio's server ends the stream of its answers (queue/data) when nothing of a page's is running, and says so
// (close_stream). What the page sends between that and its hearing of it is answered into a stream that nobody reads:
// a question asked at that moment stays without an answer for good. So gradio gets one stream that never ends, into
// which go the server's streams, one after another, for as long as something is awaited.
(() => {
  const plain = window.fetch;
  const awaited = new Set(); // events that were taken, and are not completed
  const early = new Set(); // events that were completed before it was heard that they were taken
  let session; // what gradio reads, while it reads

  class Session {
    constructor(request) {
      this.request = request;
      this.open = false; // whether the server has a stream for it
      request.signal.addEventListener('abort', () => this.end());
    }

    async first() {
      this.open = true;
      const response = await plain(this.request.clone()).catch((error) => {
        this.end();
        throw error;
      });
      if (!response.ok || !response.body) {
        this.end();
        return response;
      }
      const body = new ReadableStream({
        start: (controller) => {
          this.controller = controller;
          this.pass(response);
        },
        cancel: () => this.end(),
      });
      return new Response(body, { status: response.status, headers: response.headers });
    }

    async further() {
      if (this.open) return;
      this.open = true;
      try {
        await this.pass(await plain(this.request.clone()));
      } catch (error) {
        this.fail(error);
      }
    }

    // Hands on what the server sends, message by message, but for its word that it ends.
    async pass(response) {
      try {
        if (!response.ok) throw new Error(`the stream of answers: ${response.status}`);
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = '';
        let ended = false;
        while (!ended) {
          const { done, value } = await reader.read();
          if (done && awaited.size) throw new Error('the stream of answers broke off');
          if (done) break;
          const messages = (rest + value).split('\n\n');
          rest = messages.pop();
          for (const message of messages) {
            const said = JSON.parse(message.replace(/^data: /, ''));
            if (said.msg === 'close_stream') ended = true;
            else this.controller.enqueue(new TextEncoder().encode(message + '\n\n'));
            if (said.msg === 'process_completed' && !awaited.delete(said.event_id)) early.add(said.event_id);
          }
        }
        this.open = false;
        if (awaited.size) this.further();
      } catch (error) {
        this.fail(error);
      }
    }

    fail(error) {
      this.open = false;
      if (session !== this) return; // gradio itself has left it
      session = undefined;
      this.controller?.error(error);
    }

    end() {
      this.open = false;
      if (session === this) session = undefined;
    }
  }

  async function joined(response) {
    if (!response.ok) return response;
    const { event_id: event } = await response.clone().json();
    if (event && !early.delete(event)) {
      awaited.add(event);
      session?.further();
    }
    return response;
  }

  window.fetch = async (resource, options) => {
    const address = new URL(resource instanceof Request ? resource.url : resource, location.href);
    if (address.origin === location.origin && address.pathname.endsWith('/queue/join')) {
      return joined(await plain(resource, options));
    }
    if (address.origin === location.origin && address.pathname.endsWith('/queue/data')) {
      session = new Session(new Request(resource, options));
      return session.first();
    }
    return plain(resource, options);
  };
})();
