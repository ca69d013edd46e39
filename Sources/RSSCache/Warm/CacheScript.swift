import RedisClient

/// What is done on the server in one step. Redis runs a script without anything in between.
///
/// Commands are called so that their own errors are returned, with their own codes.
enum CacheScript: String {
    /// `{PTTL}` of a key that lives longer than a limit, else `{PTTL, digest}`.
    case look = """
        local left = redis.call('PTTL', KEYS[1])
        local limit = tonumber(ARGV[1])
        if limit >= 0 and left > limit then return {left} end
        local value = redis.pcall('GET', KEYS[1])
        if type(value) == 'table' and value.err then return value end
        return {left, value and redis.sha1hex(value) or ''}
        """
    /// Writes a value for some milliseconds where the key is what it was.
    case write = """
        local value = redis.pcall('GET', KEYS[1])
        if type(value) == 'table' and value.err then return value end
        if value then
            if redis.sha1hex(value) ~= ARGV[3] then return 0 end
        elseif ARGV[4] == '0' then
            return 0
        end
        return redis.pcall('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        """
    /// Gives a value of this digest some milliseconds more.
    case extend = """
        local value = redis.pcall('GET', KEYS[1])
        if type(value) == 'table' and value.err then return value end
        if not value or redis.sha1hex(value) ~= ARGV[1] then return 0 end
        return redis.pcall('PEXPIRE', KEYS[1], ARGV[2])
        """
    /// Gives a value that still exists its full lifetime, or with 0 removes it.
    case confirm = """
        local value = redis.pcall('GET', KEYS[1])
        if type(value) == 'table' and value.err then return value end
        if not value or redis.sha1hex(value) ~= ARGV[1] then return 0 end
        if ARGV[2] == '0' then
            redis.call('UNLINK', KEYS[1])
            return 0
        end
        return redis.pcall('PEXPIRE', KEYS[1], ARGV[2])
        """

    func command(_ key: RedisArgument, _ arguments: RedisArgument...) -> RedisCommand {
        RedisCommand(["EVAL", RedisArgument(rawValue), "1", key] + arguments)
    }
}
