/// OIDs of the built-in types; they are fixed in the server's `pg_type.dat` and never change.
package enum PostgresType {
    package static let bool: UInt32 = 16
    package static let bytea: UInt32 = 17
    package static let int8: UInt32 = 20
    package static let int2: UInt32 = 21
    package static let int4: UInt32 = 23
    package static let text: UInt32 = 25
    package static let json: UInt32 = 114
    package static let float4: UInt32 = 700
    package static let float8: UInt32 = 701
    package static let macaddr: UInt32 = 829
    package static let inet: UInt32 = 869
    package static let varchar: UInt32 = 1043
    package static let date: UInt32 = 1082
    package static let timestamp: UInt32 = 1114
    package static let timestamptz: UInt32 = 1184
    package static let numeric: UInt32 = 1700
    package static let uuid: UInt32 = 2950
    package static let jsonb: UInt32 = 3802

    /// The array type of an element type, where it is one of ours.
    static func array(of element: UInt32) -> UInt32? {
        switch element {
        case bool: 1000
        case bytea: 1001
        case int2: 1005
        case int4: 1007
        case text: 1009
        case int8: 1016
        case float4: 1021
        case float8: 1022
        case macaddr: 1040
        case inet: 1041
        case date: 1182
        case timestamptz: 1185
        case numeric: 1231
        case uuid: 2951
        case jsonb: 3807
        default: nil
        }
    }
}
