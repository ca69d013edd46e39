import Glibc

/// Names of the system's users.
package enum UserName {
    /// The name of a user, or the number where it has none.
    package static func of(_ user: uid_t) -> String {
        getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "\(user)"
    }
}
