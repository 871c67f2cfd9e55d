// What SIGHUP does: the tokens file, the certificates and Redis's password are read again, each on
// its own. A file that is broken changes nothing: its mistakes are logged and what was read before
// stays. Nothing that is in flight is touched; what comes in the next tick meets the new state.
//
// Connections to Redis go on as they are, and the next ones are made anew with what was read: Redis
// keeps a connection that was once authenticated when the password changes, and TLS cannot change a
// certificate under way. Rejected: closing them in turn, which would leave each node's writes in
// doubt for nothing.
//
// The set of namespaces is fixed while the gateway serves, since the stores hold a place for each.
// A token of a new one needs a restart, which loses no request when the new process starts first.

import API
import Logging
import Reactor
import Redis
import Server
import Sessions
import Settings

/// One reload.
struct Reload {
  private let settings: Settings
  private let namespaces: NamespaceList
  private let workers: Int
  private let log: Logger

  init(_ settings: Settings, _ namespaces: NamespaceList, workers: Int, _ log: Logger) {
    self.settings = settings
    self.namespaces = namespaces
    self.workers = workers
    self.log = log
  }

  /// Reads the files and tells the workers. What the log says was reloaded, they were told.
  func carryOut(_ tell: (Message) -> Void) {
    if settings.tokensFile == nil, settings.tls == nil, !readsForRedis {
      log.info("nothing to reload: no setting names tokens, certificates or a password file")
    }
    callers(tell)
    identity(tell)
    nodeIdentity(tell)
    credentials(tell)
  }

  private func callers(_ tell: (Message) -> Void) {
    guard let file = settings.tokensFile else { return }
    do throws(StartFault) {
      guard let entries = try TokensLoad.entries(of: settings, log) else { return }
      try refuseStrangers(entries, file)
      tell(.callers(TokensLoad.table(entries, namespaces)))
      log.info("tokens reloaded", metadata: ["tokens": "\(entries.count)"])
    } catch {
      log.error("the tokens stay as they were", metadata: ["reason": "\(error)"])
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

  /// Reads the files here, so that no loop waits for them.
  private func identity(_ tell: (Message) -> Void) {
    guard let tls = settings.tls else { return }
    let settings = TLSServerSettings(tls, ticketKeys: .random())
    do throws(TLSSettingsFault) {
      let handovers = try handovers { () throws(TLSSettingsFault) in try TLSHandover(settings) }
      tell(.identity(handovers))
      log.info("certificate reloaded", metadata: ["file": "\(tls.certificate.path)"])
    } catch {
      log.error("the certificate stays as it was", metadata: ["reason": "\(error)"])
    }
  }

  /// One for each worker: contexts are of one thread.
  private func handovers(
    _ make: () throws(TLSSettingsFault) -> TLSHandover
  ) throws(TLSSettingsFault) -> [TLSHandover] {
    var handovers: [TLSHandover] = []
    for _ in 0..<workers { handovers.append(try make()) }
    return handovers
  }
}

// MARK: Towards Redis

extension Reload {
  /// Whether there is a file that connections to Redis are made with.
  private var readsForRedis: Bool {
    settings.redis?.tls != nil || passwordFile != nil
  }

  private var passwordFile: ReadableFile? {
    guard case .file(let file)? = settings.redis?.password?.source else { return nil }
    return file
  }

  /// Reads the files here, so that no loop waits for them.
  private func nodeIdentity(_ tell: (Message) -> Void) {
    guard let tls = settings.redis?.tls else { return }
    let settings = TLSClientSettings(tls)
    do throws(TLSSettingsFault) {
      let handovers = try handovers { () throws(TLSSettingsFault) in try TLSHandover(settings) }
      tell(.nodeIdentity(handovers))
      log.info("Redis certificates reloaded")
    } catch {
      log.error("the Redis certificates stay as they were", metadata: ["reason": "\(error)"])
    }
  }

  private func credentials(_ tell: (Message) -> Void) {
    guard let file = passwordFile else { return }
    do throws(ValueFault) {
      let password = try RedisPassword(in: file)
      tell(.credentials(NodeCredentials(password, of: settings.redis?.user)))
      log.info("Redis password reloaded")
    } catch {
      log.error(
        "the Redis password stays as it was",
        metadata: ["reason": "--redis-password-file: \(error.text)"])
    }
  }
}
