import Glibc

/// The folders of the user who runs rssctl, as the XDG Base Directory Specification has them: a variable that is empty, or
/// not a path from the root on, counts as not set.
package enum UserFolder {
    /// Where configuration is; nil for a user without a home in the environment.
    package static func configuration(_ environment: [String: String]) -> String? {
        path("XDG_CONFIG_HOME", environment) ?? path("HOME", environment).map { "\($0)/.config" }
    }

    /// Where state is that outlives a run.
    package static func state(_ environment: [String: String]) -> String {
        path("XDG_STATE_HOME", environment) ?? "\(path("HOME", environment) ?? ofAccount)/.local/state"
    }

    /// The home that the system's list of users has.
    package static var ofAccount: String {
        getpwuid(geteuid()).flatMap { $0.pointee.pw_dir }.map { String(cString: $0) } ?? "/"
    }

    private static func path(_ name: String, _ environment: [String: String]) -> String? {
        environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
}
