import Glibc
import PostgresClient
import RSSModel

/// The first steps of the connection to a server: its name has an address, and something listens there.
struct ServerWay {
    /// PostgreSQL or Redis.
    let area: String
    /// A name, an address in numbers, or the path of a socket's file.
    let host: String
    let port: Int
    /// The settings that say where it is.
    let hostSetting: String
    let portSetting: String

    private var place: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private var isSocket: Bool { host.hasPrefix("/") }

    /// The steps as far as a probe came; the last one is critical where it failed.
    func lines(_ probe: ServerProbe) -> [DiagnosisLine] {
        switch probe {
        case .noAddress(let reason):
            return [
                DiagnosisLine(
                    .critical, area, "name: \(host) has no address: \(reason)",
                    "Correct \(hostSetting), or the name service of this machine: getent hosts \(host.shellWord)")
            ]
        case .refused(let addresses, let code): return name(addresses) + [refused(addresses.last ?? host, code)]
        case .silent(let addresses):
            return name(addresses) + [
                DiagnosisLine(
                    .critical, area, "TCP: no answer from \(place)",
                    "Check the firewalls in between: nc -vz \(host.shellWord) \(port)")
            ]
        case .foreign(let address):
            return name([address]) + [
                DiagnosisLine(
                    .critical, area, "TCP: what listens at \(place) is not \(area)", "Correct \(portSetting).")
            ]
        case .listens(let address, _): return reached(address)
        }
    }

    /// The steps of a connection that succeeded.
    func reached(_ address: String) -> [DiagnosisLine] {
        isSocket
            ? [DiagnosisLine(.ok, area, "socket: \(host) answers")]
            : name([address]) + [DiagnosisLine(.ok, area, "TCP: port \(port) answers")]
    }

    private func name(_ addresses: [String]) -> [DiagnosisLine] {
        // An address in numbers has no name to look up.
        guard !isSocket, !HostAddress.isNumeric(host), !addresses.isEmpty else { return [] }
        return [DiagnosisLine(.ok, area, "name: \(host) is \(addresses.joined(separator: ", "))")]
    }

    private func refused(_ address: String, _ code: Int32) -> DiagnosisLine {
        let reason = String(cString: strerror(code))
        if isSocket {
            let step =
                code == EACCES
                ? "Run rssctl as a user that may open it: ls -l \(host.shellWord)"
                : "Start \(area) on this machine, or correct \(hostSetting) and \(portSetting)."
            return DiagnosisLine(.critical, area, "socket: \(host): \(reason)", step)
        }
        let step =
            code == ECONNREFUSED
            ? "Start \(area) there, let it listen on \(address), or correct \(portSetting)."
            : "Check the route: ip route get \(address)"
        return DiagnosisLine(.critical, area, "TCP: \(place): \(reason)", step)
    }
}
