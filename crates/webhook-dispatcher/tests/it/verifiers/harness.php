<?php
error_reporting(E_ALL);
set_error_handler(fn ($level, $message) => throw new Exception($message));
require __DIR__ . '/verify.php';

while (($line = fgets(STDIN)) !== false) {
    [$claim, $key, $list, $signature, $body] = array_map('base64_decode', explode("\t", rtrim($line, "\n")));
    $headers = [];
    foreach (array_filter(explode("\n", $list)) as $header) {
        [$name, $value] = explode(': ', $header, 2);
        $headers[$name] = $value;
    }
    $standard = str_starts_with($line, 'standard');
    echo json_encode($standard ? verify_standard($key, $headers, $body) : verify_body($key, $signature, $body)), "\n";
}
