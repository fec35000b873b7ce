-- Sends prepared requests, each once; prints requests, microseconds, 99th percentile (µs), failures, leftover.
local wires, at = {}, 0

function init(args)
  local file = io.open(args[1], "rb")
  for length in function() return file:read("*n") end do
    file:read(1)
    wires[#wires + 1] = file:read(length)
  end
end

function request()
  at = at + 1
  if at > #wires then error("too few requests were prepared") end
  return wires[at]
end

function done(summary, latency)
  local failed = summary.errors
  local failures = failed.connect + failed.read + failed.write + failed.status + failed.timeout
  local p99 = latency:percentile(99)
  io.stderr:write(string.format("%d %d %d %d\n", summary.requests, summary.duration, p99, failures))
end
