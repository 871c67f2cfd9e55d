import ClusterStore
import Primitives
import Reactor

/// The connection to one Redis node, from the first SYN to its end.
struct NodeConnection: ~Copyable {
  /// How far it has got.
  enum Phase { case connecting, handshaking, open }

  /// The link of the store that it carries.
  let link: Link
  /// The backend's count of replaced contexts when it was made.
  let contextGeneration: Int
  var transport: Transport
  var phase = Phase.connecting
  /// Whether the node is known to send no more; earlier bytes may still be unread.
  var isHalfClosed = false
  /// Why a write failed, if one did; earlier bytes may still be unread.
  var writeFault: LinkFault?
  /// Whether it is in the queue of connections to read.
  var isReadable = false
  /// Whether the kernel accepts bytes, as far as is known.
  var isWritable = false

  /// Whether it is known to end once everything that has arrived is read.
  var isEnding: Bool { isHalfClosed || writeFault != nil }

  init(link: Link, contextGeneration: Int, transport: consuming Transport) {
    self.link = link
    self.contextGeneration = contextGeneration
    self.transport = transport
  }

  /// Takes the connection as far as it can go now, which `phase` tells. Throws what ends it.
  mutating func establish() throws(TransportFault) {
    if phase == .connecting {
      switch transport.connectResult() {
      case .pending: return
      case .failed(let fault): throw fault
      case .connected: phase = .handshaking
      }
    }
    switch transport.handshake(isHalfClosed: isHalfClosed) {
    case .wantsRead, .wantsWrite: break
    case .failed(let fault): throw fault
    case .done:
      phase = .open
      isWritable = true
    }
  }
}
