"""Result files to one HTML page that opens offline."""
