import ClusterStore
import Primitives
import Reactor

/// The connection to one Redis node, from the first SYN to the end.
struct NodeConnection: ~Copyable {
  /// How far it is.
  enum Phase { case connecting, handshaking, open }

  /// Which of the store's links it carries.
  let link: Link
  /// Which identity it was made with: the backend counts them.
  let identity: Int
  var transport: Transport
  var phase = Phase.connecting
  /// The node sends no more, as far as is known; what it sent before may still be unread.
  var isHalfClosed = false
  /// The kernel has bytes, as far as is known.
  var isReadable = false
  /// The kernel takes bytes, as far as is known.
  var isWritable = false

  init(link: Link, identity: Int, transport: consuming Transport) {
    self.link = link
    self.identity = identity
    self.transport = transport
  }

  /// Takes the connection as far as it goes now: nil while it is not open yet.
  mutating func establish() -> Result<Void, TransportFault>? {
    if phase == .connecting {
      switch transport.connectResult() {
      case .pending: return nil
      case .failed(let fault): return .failure(fault)
      case .connected: phase = .handshaking
      }
    }
    switch transport.handshake(isHalfClosed: isHalfClosed) {
    case .wantsRead, .wantsWrite: return nil
    case .failed(let fault): return .failure(fault)
    case .done:
      phase = .open
      isWritable = true
      return .success(())
    }
  }
}
