// What SIGHUP does: the tokens file, the certificates and Redis's password are read again, each
// independently. A broken file changes nothing: its mistakes are logged, and what was read before
// remains. Nothing in flight is disturbed; what arrives in the next tick meets the new state.
//
// Existing connections to Redis continue, and future ones use what was read: Redis keeps a
// connection authenticated when the password changes, and TLS cannot change a certificate on an
// existing connection. Rejected: closing them in turn, which would leave each node's writes in
// doubt for nothing.
//
// The set of namespaces is fixed while the gateway serves, since the stores hold a place for each.
// A token of a new namespace needs a restart, which loses no request if the new process starts
// first.

import API
import Logging
import Primitives
import Reactor
import Redis
import Server
import Sessions
import Settings

/// One reload.
struct Reload {
  private let settings: Settings
  private let namespaces: NamespaceList
  private let state: GatewayState
  private let inboxes: [Inbox]
  private let log: Logger

  init(_ parts: GatewayParts) {
    settings = parts.settings
    namespaces = parts.namespaces
    state = parts.state
    inboxes = parts.inboxes
    log = parts.log
  }

  /// Reads the files and passes their contents to the workers. The log reports as reloaded only
  /// what has been passed on.
  func carryOut() {
    if settings.tokensFile == nil, settings.tls == nil, !readsForRedis {
      log.info("nothing to reload: no setting names tokens, certificates or a password file")
    }
    reloadCallers()
    reloadClientTLS()
    reloadNodeTLS()
    reloadCredentials()
  }

  private func reloadCallers() {
    guard let file = settings.tokensFile else { return }
    do throws(StartFault) {
      guard let entries = try TokensLoad.entries(of: settings, log) else { return }
      try refuseStrangers(entries, file)
      putToAll(.callers(TokensLoad.table(entries, namespaces)))
      log.info("tokens reloaded", metadata: ["tokens": "\(entries.count)"])
    } catch {
      log.error("tokens not reloaded; the old ones stay in use", metadata: ["reason": "\(error)"])
    }
  }

  private func refuseStrangers(
    _ entries: [TokenEntry], _ file: ReadableFile
  ) throws(StartFault) {
    let known = Set(namespaces.namespaces.map(\.name))
    let strangers = Set(entries.map(\.namespace)).subtracting(known).sorted()
    if strangers.isEmpty { return }
    let names = strangers.joined(separator: ", ")
    throw StartFault("--tokens-file \(file.path): new namespaces (\(names)) need a restart")
  }

  /// Reads the files here, so that no event loop waits for them.
  private func reloadClientTLS() {
    guard let tls = settings.tls else { return }
    let settings = TLSServerSettings(tls, ticketKeys: .random())
    let kept: Logger.Message = "certificate not reloaded; the old one stays in use"
    do throws(TLSSettingsFault) {
      let certificate = try OwnCertificate("tls-cert", tls.certificate)
      if let reason = certificate.obstacle(at: .now()) {
        return log.error(kept, metadata: ["reason": "\(reason)"])
      }
      try handOver(Message.clientTLS) { () throws(TLSSettingsFault) in try TLSHandover(settings) }
      log.info("certificate reloaded", metadata: ["file": "\(tls.certificate.path)"])
      state.show(certificate, log)
    } catch {
      log.error(kept, metadata: ["reason": "\(error)"])
    }
  }

  /// Hands each worker a context of its own, because a context belongs to one thread. If one cannot
  /// be made, none is handed over.
  private func handOver(
    _ message: (TLSHandover) -> Message, _ make: () throws(TLSSettingsFault) -> TLSHandover
  ) throws(TLSSettingsFault) {
    var handovers: [TLSHandover] = []
    for _ in inboxes { handovers.append(try make()) }
    for (inbox, handover) in zip(inboxes, handovers) { inbox.put(message(handover)) }
  }

  private func putToAll(_ message: Message) {
    for inbox in inboxes { inbox.put(message) }
  }
}

// MARK: Towards Redis

extension Reload {
  /// Whether connections to Redis are made with any file.
  private var readsForRedis: Bool {
    settings.redis?.tls != nil || passwordFile != nil
  }

  private var passwordFile: ReadableFile? {
    guard case .file(let file)? = settings.redis?.password?.source else { return nil }
    return file
  }

  /// Reads the files here, so that no event loop waits for them.
  private func reloadNodeTLS() {
    guard let tls = settings.redis?.tls else { return }
    let settings = TLSClientSettings(tls)
    let kept: Logger.Message = "Redis certificates not reloaded; the old ones stay in use"
    do throws(TLSSettingsFault) {
      var certificate: OwnCertificate?
      if let client = tls.client {
        certificate = try OwnCertificate("redis-cert", client.certificate)
      }
      if let reason = certificate?.obstacle(at: .now()) {
        return log.error(kept, metadata: ["reason": "\(reason)"])
      }
      try handOver(Message.nodeTLS) { () throws(TLSSettingsFault) in try TLSHandover(settings) }
      log.info("Redis certificates reloaded")
      if let certificate { state.show(certificate, log) }
    } catch {
      log.error(kept, metadata: ["reason": "\(error)"])
    }
  }

  private func reloadCredentials() {
    guard let file = passwordFile else { return }
    do throws(ValueFault) {
      let password = try RedisPassword(in: file)
      putToAll(.credentials(NodeCredentials(password, of: settings.redis?.user)))
      log.info("Redis password reloaded")
    } catch {
      log.error(
        "Redis password not reloaded; the old one stays in use",
        metadata: ["reason": "--redis-password-file: \(error.text)"])
    }
  }
}
