// How long the gateway's own certificates are valid. Neither OpenSSL nor a client that meets an
// expired one reports that to the gateway's log, so it is checked at the start and at each reload.

import Logging
import Primitives
import Reactor
import Settings
import Synchronization

/// A certificate that the gateway presents: to clients, or to Redis.
struct OwnCertificate {
  /// The setting that names its file, without dashes.
  let setting: StaticString
  /// The file's path.
  let path: String
  /// The end of its validity.
  let notAfter: UnixTime

  /// With fewer days left the log warns. `check` does at 30 already.
  static let enough = 14

  /// Reads a certificate file.
  init(_ setting: StaticString, _ file: ReadableFile) throws(TLSSettingsFault) {
    self.setting = setting
    path = file.path
    notAfter = try Certificate.read(file.path).notAfter
  }

  /// The certificates that the settings name, without those that cannot be read.
  static func all(of settings: Settings) -> [OwnCertificate] {
    var all: [OwnCertificate] = []
    if let tls = settings.tls, let own = try? OwnCertificate("tls-cert", tls.certificate) {
      all.append(own)
    }
    if let client = settings.redis?.tls?.client,
      let own = try? OwnCertificate("redis-cert", client.certificate)
    {
      all.append(own)
    }
    return all
  }

  /// Why it must not replace another certificate; nil if it may.
  func obstacle(at now: UnixTime) -> String? {
    notAfter > now ? nil : "\(path) expired at \(Timestamp.text(notAfter))"
  }

  /// Logs that it has expired or soon will.
  fileprivate func tell(_ log: Logger, at now: UnixTime) {
    let days = now.days(until: notAfter)
    let metadata: Logger.Metadata = [
      "setting": "--\(setting)", "file": "\(path)", "notAfter": "\(Timestamp.text(notAfter))",
    ]
    if notAfter <= now {
      log.error(
        "certificate has expired, and peers refuse it: issue a new one, then send SIGHUP",
        metadata: metadata)
    } else if days < Self.enough {
      log.warning("certificate expires in \(days.counted("day"))", metadata: metadata)
    }
  }
}

extension GatewayState {
  /// Notes that a certificate is presented from now on, in place of the setting's former one.
  func show(_ certificate: OwnCertificate, _ log: Logger) {
    certificate.tell(log, at: .now())
    certificates.withLock { certificates in
      certificates.removeAll { $0.setting.description == certificate.setting.description }
      certificates.append(certificate)
    }
  }
}
