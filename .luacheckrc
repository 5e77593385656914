-- Redis' Lua: 5.1, with what Redis gives to a script.
std = "lua51"
read_globals = { "redis", "cjson", "KEYS", "ARGV" }
max_line_length = false -- checks/columns.py
