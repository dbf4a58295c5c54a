"""Recall of edited copies at a stated false-match rate, against PDQ, pHash and dHash."""
